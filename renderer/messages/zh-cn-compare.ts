import type { Edit } from '../../src/api-duplicates.ts';
import type { enCompare } from './en-compare.ts';
import { formatWholePercent } from './formats.ts';

const edits: Record<Edit, string> = {
  'same-bytes': '文件相同',
  'same-pixels': '画面相同，元数据不同',
  're-saved': '重新保存',
  resized: '尺寸不同',
  cropped: '裁剪',
  rotated: '旋转',
  mirrored: '镜像',
  straightened: '拉直',
  colours: '颜色不同',
  grey: '去色',
  watermarked: '水印或文字',
  border: '边框',
  screenshot: '屏幕截图',
};

export const zhCnCompare: typeof enCompare = {
  edits,
  differs: (found, overlap) => {
    const phrases: string[] = found.map((edit) => edits[edit]);
    if (overlap > 0 && overlap < 1) phrases.push(`显示 ${formatWholePercent('zh-CN', overlap)}`);
    return phrases.join('，');
  },
  label: '对比',
  modes: '对比方式',
  sideBySide: '并排',
  overlay: '叠加',
  wipe: '滑块',
  difference: '差异',
  modeHint: (mode, key) => `${mode} (${key})`,
  notAligned: '这两张照片无法重叠，只能并排查看。',
  opacity: '另一张照片的比例',
  wipePosition: '另一张照片的起始位置',
  amplify: '增强',
  amplifyHint: '让细微差异更明显',
  differenceHint: '相同之处为黑色',
  keeper: '保留',
  other: '另一张',
  zoom: '缩放',
  zoomIn: '放大',
  zoomOut: '缩小',
  fit: '显示全部 (0)',
  failed: (name) => `无法显示 ${name}`,
  table: '照片的详细信息',
  onlyDifferences: '仅显示差异',
  alike: '所有信息都相同。',
  differing: '不同',
  factsLoading: '正在读取文件信息…',
  factsFailed: '无法读取文件信息。',
  rows: {
    name: '名称',
    folder: '文件夹',
    pixels: '尺寸',
    bytes: '文件大小',
    format: '格式',
    taken: '拍摄时间',
    overlap: '显示了保留照片的',
    edits: '与保留照片的不同',
  },
};
