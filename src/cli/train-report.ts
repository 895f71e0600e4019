/** Runs of training, worded for people. */
import type { Gain, Run } from '../api-training.ts';

/** A run in one line. */
export function headingOf({ id, state, settings, backend, step, steps, decision, modelId }: Run): string {
  const parts = [`run ${id}`, state, settings.depth, settings.loss];
  if (backend) parts.push(backend);
  if (steps > 0) parts.push(`${step} of ${steps} steps`);
  if (decision) parts.push(decision);
  if (modelId !== null) parts.push(`model ${modelId}`);
  return parts.join(' · ');
}

/** What a run brought, in lines; none before its end. */
export function figuresOf({ figures }: Run): string[] {
  if (!figures) return [];
  const { heldOutAlbums, newPhotos, ownAlbums, kept, share, stopped } = figures;
  const lines = [
    gainOf('held-out albums', heldOutAlbums),
    gainOf('new photos', newPhotos),
    gainOf('own albums', ownAlbums),
  ];
  if (kept)
    lines.push(`${'kept'.padEnd(17)}${(100 * kept.share).toFixed(1)} % of what other photos resemble`);
  lines.push(`${'share'.padEnd(17)}${(100 * share).toFixed(0)} % of what training changed`);
  if (stopped) lines.push(`${'stopped'.padEnd(17)}${stopped.replaceAll('-', ' ')}`);
  return lines.filter((line) => line !== null).map((line) => `  ${line}`);
}

function gainOf(name: string, gain: Gain | null): string | null {
  if (!gain) return null;
  const { before, after, interval, queries } = gain;
  const [low, high] = interval.map(signed);
  const won = `${signed(after - before)}, 95 %: ${low} to ${high}`;
  return `${name.padEnd(17)}${before.toFixed(1)} -> ${after.toFixed(1)} mAP (${won}; ${queries} photos)`;
}

function signed(points: number): string {
  return `${points < 0 ? '' : '+'}${points.toFixed(1)}`;
}
