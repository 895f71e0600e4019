/** Words about judging photos, and about what else can be done with albums. */
import type { Messages } from './en.ts';
import { counted, number } from './zh-cn-counts.ts';

export const judging: Messages['judging'] = {
  same: '相同',
  sameHint: '与您的照片显示同一事物（S 键）。再按一次可撤回。',
  different: '不同',
  differentHint: '与您的照片显示的不是同一事物（D 键）。再按一次可撤回。',
  isSame: '您认为相同',
  isDifferent: '您认为不同',
  hint: '按 S 键表示与您的照片显示同一事物，按 D 键表示不是',
  toldSame: (count) => `已将 ${counted(count, '张照片')}标为相同。`,
  toldDifferent: (count) => `已将 ${counted(count, '张照片')}标为不同。`,
  takenBack: (count) => `已撤回对 ${counted(count, '张照片')}的判断。`,
};

export const albumChanges: Messages['albumChanges'] = {
  merge: '合并',
  mergeHint: '把选中的相册合为一本',
  mergeLimit: '请至少选中两本相册再合并。',
  merged: (count, name) => `${number.format(count)} 本相册已合并为“${name}”。`,
  parted: '相册已重新分开。',
  make: '批量建立相册',
  makeHint: '一次建立多本相册',
  fromFolders: '用子文件夹建立，所在文件夹',
  fromFoldersHint: '每个有照片的文件夹建立一本同名相册',
  fromJudgements: '用您的判断建立',
  fromJudgementsHint: '您认为显示同一事物的照片放在一本相册中',
  import: '从文件导入…',
  importHint: '在本机或其他电脑上保存的相册',
  filled: (albums, photos) =>
    `已建立或补充 ${counted(albums, '本相册')}，共加入 ${counted(photos, '张照片')}。`,
  missing: (photos) => `文件中有 ${counted(photos, '张照片')}不在此图库中。`,
  nothingInFolder: (name) => `没有可添加的内容：“${name}”的子文件夹中的照片都已在相册中。`,
  nothingJudged: '没有可添加的内容。请先在搜索结果中标出“相同”的照片。',
  nothingInFile: '该文件没有为相册带来新内容。',
  asBefore: '相册已恢复原样。',
  splitOff: (count, name) => `${counted(count, '张照片')}现在位于相册“${name}”中。`,
  split: '拆分',
  splitHint: '把选中的照片移到单独的相册',
  splitLimit: '至少要留下一张照片。',
  splitTitle: '用这些照片新建相册，并从本相册移出',
  added: (count, name) => `已将 ${counted(count, '张照片')}加入相册“${name}”。`,
  inAlready: (name) => `这些照片都已在相册“${name}”中。`,
  export: '保存相册…',
  exportHint: '把所有相册和您的判断保存为文件',
  exported: (name) => `相册已保存到 ${name}。`,
};

export const albumCleaning: Messages['albumCleaning'] = {
  button: '检查照片',
  hint: '查找可能不属于这本相册的照片',
  title: '可能不属于相册的照片',
  checking: '正在相互比较相册中的照片…',
  failed: '检查失败',
  again: '重新检查',
  about: {
    verified: (count) => `根据特征点，${counted(count, '张照片')}彼此相关。`,
    regions: (count) => `仅根据区域判断，${counted(count, '张照片')}彼此相关。`,
  },
  lead: '下面的照片与它们不匹配。请逐一查看：也可能是同一事物的另一面。',
  none: '没有异常的照片',
  back: '返回相册',
  alone: '与相册中的任何照片都不匹配',
  otherPart: (others) => `只与另外 ${counted(others, '张照片')}匹配，与其余照片无关`,
  nearest: '其余照片中与它最像的一张',
  alike: (score) => `相似度 ${score}`,
  takeHint: '把这张照片移出相册，照片仍在图库中',
  takeAll: (count) => `全部移出（${number.format(count)} 张）`,
};
