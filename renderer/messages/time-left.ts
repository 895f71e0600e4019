import type { Messages } from './en.ts';

/** How long something will take, as roughly as it is known; empty when it is not. */
export function timeLeft(words: Messages['progress'], seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 60) return words.secondsLeft(Math.max(1, Math.ceil(seconds)));
  if (seconds < 5400) return words.minutesLeft(Math.round(seconds / 60));
  return words.hoursLeft(Math.round(seconds / 3600));
}

/** How long something takes as a whole, as roughly as it can be told beforehand. */
export function timeTaken(words: Messages['training'], seconds: number): string {
  if (seconds < 90) return words.seconds(Math.max(1, Math.round(seconds)));
  if (seconds < 5400) return words.minutes(Math.round(seconds / 60));
  return words.hours(Math.round(seconds / 3600));
}
