import type { MenuItemConstructorOptions } from 'electron';
import type { Settings } from '../../../src-shared/ipc/states';

export interface MenuActions {
  readonly navigate: (to: 'runs' | 'new' | 'settings') => void;
  readonly openDataset: () => void;
  readonly openRun: () => void;
  readonly openArchitecture: () => void;
  readonly saveArchitecture: () => void;
  readonly showRuns: () => void;
  readonly setTheme: (theme: Settings['theme']) => void;
}

/** The menu bar. */
export function menuTemplate(
  platform: NodeJS.Platform,
  theme: Settings['theme'],
  actions: MenuActions,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const settings: MenuItemConstructorOptions = {
    label: 'Settings',
    accelerator: 'CmdOrCtrl+,',
    click: () => actions.navigate('settings'),
  };
  const themeItem = (value: Settings['theme'], label: string): MenuItemConstructorOptions => ({
    label,
    type: 'radio',
    checked: theme === value,
    click: () => actions.setTheme(value),
  });
  return [
    ...(mac
      ? [
          {
            role: 'appMenu' as const,
            submenu: [
              { role: 'about' as const },
              { type: 'separator' as const },
              settings,
              { type: 'separator' as const },
              { role: 'hide' as const },
              { role: 'hideOthers' as const },
              { role: 'unhide' as const },
              { type: 'separator' as const },
              { role: 'quit' as const },
            ],
          },
        ]
      : []),
    {
      label: '&File',
      submenu: [
        { label: 'New search', accelerator: 'CmdOrCtrl+N', click: () => actions.navigate('new') },
        { label: 'Open data set…', accelerator: 'CmdOrCtrl+O', click: actions.openDataset },
        { label: 'Open run…', accelerator: 'CmdOrCtrl+Shift+O', click: actions.openRun },
        { label: 'Open architecture…', click: actions.openArchitecture },
        { label: 'Save architecture…', accelerator: 'CmdOrCtrl+S', click: actions.saveArchitecture },
        { label: 'Show runs folder', click: actions.showRuns },
        { type: 'separator' },
        ...(mac ? [] : [settings, { type: 'separator' as const }]),
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { label: 'Runs', accelerator: 'CmdOrCtrl+1', click: () => actions.navigate('runs') },
        { type: 'separator' },
        {
          label: 'Theme',
          submenu: [themeItem('system', 'System'), themeItem('light', 'Light'), themeItem('dark', 'Dark')],
        },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        { type: 'separator' },
        { role: 'reload' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
  ];
}
