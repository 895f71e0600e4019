/** The words of menus and dialogs; the page has its own. */
const english = {
  file: 'File',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  quit: 'Quit Akin',
  close: 'Close window',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  actualSize: 'Usual size',
  fullScreen: 'Full screen',
  minimise: 'Minimise',
  chooseFolder: 'Choose a folder of photos',
  addFolder: 'Add to library',
  exportMatches: 'Save the results',
  matches: 'Matches',
  exportDuplicates: 'Save the groups of duplicates',
  duplicates: 'Duplicates',
  moveDuplicates: 'Choose a folder for the duplicates',
  moveHere: 'Move here',
  exportAlbums: 'Save the albums',
  albums: 'Albums',
  importAlbums: 'Choose a file of albums',
  exportModel: 'Choose a folder for the model',
  exportHere: 'Export here',
  importModel: 'Choose the folder of a model',
  importThis: 'Import',
};

export type MenuMessages = Record<keyof typeof english, string>;

const simplifiedChinese: MenuMessages = {
  file: '文件',
  edit: '编辑',
  view: '视图',
  window: '窗口',
  quit: '退出 Akin',
  close: '关闭窗口',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  selectAll: '全选',
  zoomIn: '放大',
  zoomOut: '缩小',
  actualSize: '实际大小',
  fullScreen: '全屏',
  minimise: '最小化',
  chooseFolder: '选择照片文件夹',
  addFolder: '添加到图库',
  exportMatches: '保存结果',
  matches: '匹配结果',
  exportDuplicates: '保存重复照片的分组',
  duplicates: '重复照片',
  moveDuplicates: '选择存放重复照片的文件夹',
  moveHere: '移动到这里',
  exportAlbums: '保存相册',
  albums: '相册',
  importAlbums: '选择相册文件',
  exportModel: '选择存放模型的文件夹',
  exportHere: '导出到这里',
  importModel: '选择模型所在的文件夹',
  importThis: '导入',
};

/** @param languages BCP 47 tags, most wanted first */
export function menuMessages(languages: readonly string[]): MenuMessages {
  for (const language of languages) {
    if (language.startsWith('zh')) return simplifiedChinese;
    if (language.startsWith('en')) return english;
  }
  return english;
}
