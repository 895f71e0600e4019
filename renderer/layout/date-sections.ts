/** Cuts a timeline into sections for date headings: a month, or each day of a month that is full of photos. */

export interface DateSections {
  /** [sections] the first photo of each section; begins with 0. */
  start: Int32Array;
  /** [sections] 1 where the heading names a day, 0 where it names a month. */
  daily: Uint8Array;
}

const dayLength = 86_400_000;
/** A month gets a heading a day once it has this many photos a day on the days that have any. */
const photosForDays = 8;

/**
 * @param takenAt milliseconds since 1970, the camera's wall clock read as UTC, newest first
 */
export function dateSections(takenAt: ArrayLike<number>): DateSections {
  const start: number[] = [];
  const daily: number[] = [];
  for (let first = 0; first < takenAt.length;) {
    const month = monthBounds(takenAt[first] ?? 0);
    const days: number[] = [];
    let day = Number.NaN;
    let end = first;
    for (; end < takenAt.length; end += 1) {
      const time = takenAt[end] ?? 0;
      if (!(time >= month.from && time < month.to)) break;
      const own = Math.floor(time / dayLength);
      if (own !== day) days.push(end);
      day = own;
    }
    // A time that is not a number belongs to no month: it goes on with what is there.
    if (end === first) {
      end += 1;
      days.push(first);
    }
    if (days.length > 1 && (end - first) / days.length >= photosForDays) {
      for (const dayStart of days) {
        start.push(dayStart);
        daily.push(1);
      }
    } else {
      start.push(first);
      daily.push(0);
    }
    first = end;
  }
  return { start: Int32Array.from(start), daily: Uint8Array.from(daily) };
}

function monthBounds(time: number): { from: number; to: number } {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { from: Date.UTC(year, month), to: Date.UTC(year, month + 1) };
}
