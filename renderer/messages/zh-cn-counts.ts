/** How Chinese counts. */
export const number = new Intl.NumberFormat('zh-CN');

export function counted(count: number, unit: string): string {
  return `${number.format(count)} ${unit}`;
}
