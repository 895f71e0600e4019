/** How English counts. */
export const number = new Intl.NumberFormat('en');

/** "1 photo", "2 photos", "12,000 photos" */
export function counted(count: number, one: string, other: string): string {
  return `${number.format(count)} ${count === 1 ? one : other}`;
}
