import { readFile } from 'node:fs/promises';
import { BrowserWindow, protocol, screen, session, shell } from 'electron';
import type { SettingsFile } from '../stored-settings';
import {
  assetOf,
  contentSecurityPolicy,
  navigationPolicy,
  pageOrigin,
  pageScheme,
  permissionPolicy,
} from './pages';
import { placeWindow, smallest } from './window-state';

/** Must be called before Electron is ready. */
export function registerPages(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the window's pages from the files below `root`, and restricts their permissions. */
export function servePages(root: string): void {
  protocol.handle(pageScheme, async ({ url }) => {
    const asset = assetOf(root, url);
    const content = asset === null ? null : await readFile(asset.path).catch(() => null);
    if (asset === null || content === null) return new Response('Not found', { status: 404 });
    return new Response(new Uint8Array(content), {
      headers: {
        'content-type': asset.type,
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
      },
    });
  });
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((contents, permission, decide) =>
    decide(permissionPolicy(permission, contents.getURL())),
  );
  defaultSession.setPermissionCheckHandler((_contents, permission, origin) =>
    permissionPolicy(permission, origin),
  );
}

/**
 * Opens the window.
 * @param preload absolute path of the built preload
 */
export function openStudioWindow(preload: string, settings: SettingsFile): BrowserWindow {
  const saved = settings.current.window;
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== main.id);
  const window = new BrowserWindow({
    ...placeWindow(
      saved,
      [main, ...others].map(({ workArea }) => workArea),
    ),
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: 'Cellsmith',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  guard(window);
  if (saved?.maximised === true) window.maximize();
  window.once('ready-to-show', () => window.show());
  const remember = (): void => {
    if (window.isDestroyed() || window.isMinimized()) return;
    settings.change({ window: { ...window.getNormalBounds(), maximised: window.isMaximized() } });
  };
  let timer: NodeJS.Timeout | undefined;
  const rememberSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(remember, 500);
  };
  window.on('resize', rememberSoon);
  window.on('move', rememberSoon);
  window.on('closed', () => clearTimeout(timer));
  void window.loadURL(`${pageOrigin}/index.html`);
  return window;
}

function guard({ webContents }: BrowserWindow): void {
  webContents.on('will-navigate', (event) => {
    if (follow(event.url) !== 'here') event.preventDefault();
  });
  webContents.setWindowOpenHandler(({ url }) => {
    follow(url);
    return { action: 'deny' };
  });
  webContents.on('will-attach-webview', (event) => event.preventDefault());
}

function follow(address: string): ReturnType<typeof navigationPolicy> {
  const policy = navigationPolicy(address);
  if (policy === 'browser') void shell.openExternal(address);
  return policy;
}
