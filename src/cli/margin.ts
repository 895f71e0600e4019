import { InvalidArgumentError } from 'commander';
import { marginSchema } from '../api-training.ts';
import type { Margin } from '../api-training.ts';

/** `soft`, or the margin of a hinge, as an option says it. @throws InvalidArgumentError */
export function parseMargin(value: string): Margin {
  const parsed = marginSchema.safeParse(value === 'soft' ? value : Number(value));
  if (!parsed.success) throw new InvalidArgumentError('It is soft, or a number above 0 up to 10.');
  return parsed.data;
}
