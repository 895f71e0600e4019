import { Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { MenuMessages } from './messages.ts';

/** The system's usual items, with their usual keys; what Akin itself does has its place in the page. */
export function setMenu(words: MenuMessages): void {
  const isMac = process.platform === 'darwin';
  const file: MenuItemConstructorOptions[] = [
    { role: 'close', label: words.close },
    { role: 'quit', label: words.quit },
  ];
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: words.file, submenu: file },
    {
      label: words.edit,
      submenu: [
        { role: 'undo', label: words.undo },
        { role: 'redo', label: words.redo },
        { type: 'separator' },
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    {
      label: words.view,
      submenu: [
        { role: 'zoomIn', label: words.zoomIn },
        { role: 'zoomOut', label: words.zoomOut },
        { role: 'resetZoom', label: words.actualSize },
        { type: 'separator' },
        { role: 'togglefullscreen', label: words.fullScreen },
      ],
    },
    { label: words.window, submenu: [{ role: 'minimize', label: words.minimise }] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
