import type { Messages } from './en.ts';

/** How long something will take, as roughly as it is known; empty when it is not. */
export function timeLeft(words: Messages['progress'], seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 60) return words.secondsLeft(Math.max(1, Math.ceil(seconds)));
  if (seconds < 5400) return words.minutesLeft(Math.round(seconds / 60));
  return words.hoursLeft(Math.round(seconds / 3600));
}
