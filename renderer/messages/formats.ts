/** Dates, sizes and shares as the reader's language writes them. Dates are the camera's wall clock, kept as UTC. */

const cache = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

function dates(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `date ${tag} ${JSON.stringify(options)}`;
  const format = cache.get(key) ?? new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' });
  cache.set(key, format);
  return format as Intl.DateTimeFormat;
}

function numbers(tag: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `number ${tag} ${JSON.stringify(options)}`;
  const format = cache.get(key) ?? new Intl.NumberFormat(tag, options);
  cache.set(key, format);
  return format as Intl.NumberFormat;
}

/** @param time milliseconds since 1970; an impossible one gives '' */
function date(tag: string, time: number, options: Intl.DateTimeFormatOptions): string {
  return Math.abs(time) <= 8.64e15 ? dates(tag, options).format(time) : '';
}

export function formatDay(tag: string, time: number): string {
  return date(tag, time, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

export function formatDate(tag: string, time: number): string {
  return date(tag, time, { dateStyle: 'medium' });
}

export function formatMonth(tag: string, time: number): string {
  return date(tag, time, { month: 'long', year: 'numeric' });
}

export function formatMoment(tag: string, time: number): string {
  return date(tag, time, { dateStyle: 'long', timeStyle: 'short' });
}

/** A moment of the past as the clock of this computer showed it then, kept as UTC like those of cameras. */
export function wallClock(time: number): number {
  return time - new Date(time).getTimezoneOffset() * 60_000;
}

/** @returns the months from one moment to another, such as "May – June 2024", or the day if it is the same */
export function formatSpan(tag: string, from: number, to: number): string {
  if (!(Math.abs(from) <= 8.64e15 && Math.abs(to) <= 8.64e15)) return '';
  if (formatDate(tag, from) === formatDate(tag, to)) return formatDate(tag, from);
  return dates(tag, { month: 'short', year: 'numeric' }).formatRange(Math.min(from, to), Math.max(from, to));
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** @param bytes 0 or more; steps of 1000, like file managers */
export function formatBytes(tag: string, bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  const digits = step === 0 || value >= 10 ? 0 : 1;
  return numbers(tag, {
    style: 'unit',
    unit: byteUnits[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

/**
 * A score as a share. Only what is known to be identical may read as 100 %.
 * @param score -1..1, the dot product of two descriptors
 */
export function formatScore(tag: string, score: number, identical: boolean): string {
  const share = identical ? 1 : Math.min(0.99, Math.max(0, score));
  return numbers(tag, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** @param milliseconds 0 or more */
export function formatDuration(tag: string, milliseconds: number): string {
  const unit = milliseconds < 1000 ? 'millisecond' : 'second';
  const value = unit === 'second' ? milliseconds / 1000 : Math.max(1, milliseconds);
  return numbers(tag, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: unit === 'second' ? 1 : 0,
  }).format(value);
}

/** @param percent 0..100; what is not wholly so never reads as 100 % */
export function formatPercent(tag: string, percent: number): string {
  const shown = percent < 100 ? Math.min(99.9, percent) : percent;
  return numbers(tag, { style: 'percent', maximumFractionDigits: shown < 100 ? 1 : 0 }).format(shown / 100);
}

/** A share in whole percent; only all of it reads as 100 %, and only nothing as 0 %. */
export function formatWholePercent(tag: string, share: number): string {
  const shown = share > 0 && share < 1 ? Math.min(0.99, Math.max(0.01, share)) : share;
  return numbers(tag, { style: 'percent', maximumFractionDigits: 0 }).format(shown);
}

export function formatNumber(tag: string, value: number, digits = 0): string {
  return numbers(tag, { maximumFractionDigits: digits }).format(value);
}

/** @returns a difference with its sign and one digit, such as "+1.4" */
export function formatPoints(tag: string, value: number): string {
  return numbers(tag, { maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(value);
}

/** @returns degrees with their direction, such as "48.8584° N, 2.2945° E" */
export function formatPosition(tag: string, latitude: number, longitude: number): string {
  const degrees = numbers(tag, { minimumFractionDigits: 4, maximumFractionDigits: 4 });
  const north = `${degrees.format(Math.abs(latitude))}° ${latitude < 0 ? 'S' : 'N'}`;
  return `${north}, ${degrees.format(Math.abs(longitude))}° ${longitude < 0 ? 'W' : 'E'}`;
}
