import { extname, join, normalize, sep } from 'node:path';

/** Scheme and host of the window's own pages. */
export const pageScheme = 'app';
export const pageOrigin = `${pageScheme}://studio`;

/** Whether an address is one of the window's own pages. */
export function isOwnPage(address: string): boolean {
  try {
    const { protocol, host } = new URL(address);
    return protocol === `${pageScheme}:` && host === 'studio';
  } catch {
    return false;
  }
}

/** How to handle a link: navigate, open it in the system's browser, or ignore it. */
export function navigationPolicy(address: string): 'here' | 'browser' | 'refuse' {
  if (isOwnPage(address)) return 'here';
  try {
    return new URL(address).protocol === 'https:' ? 'browser' : 'refuse';
  } catch {
    return 'refuse';
  }
}

/** The window may write to the clipboard (errors can be copied) and nothing else: no camera, no notifications, no devices. */
export function permissionPolicy(permission: string, address: string): boolean {
  return permission === 'clipboard-sanitized-write' && isOwnPage(address);
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Only resources of the program itself, and no eval or inline scripts. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A file of the window's pages. */
interface Asset {
  /** Absolute path. */
  readonly path: string;
  readonly type: string;
}

/**
 * The file that an address of the window means; null for one outside of `root`, of an unknown type, or that is none of the
 * window's own.
 * @param root absolute path of the built pages
 */
export function assetOf(root: string, address: string): Asset | null {
  if (!isOwnPage(address)) return null;
  let name: string;
  try {
    name = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
  if (name.includes('\0') || name.includes('\\')) return null;
  const path = normalize(join(root, name === '/' ? 'index.html' : name));
  const type = types[extname(path)];
  return type !== undefined && path.startsWith(normalize(root) + sep) ? { path, type } : null;
}
