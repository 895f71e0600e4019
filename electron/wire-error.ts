/** Errors as they cross process boundaries: plain data with a code, never a stack or an `Error` object. */
import type { WireError } from '../src/api.ts';
import { asAkinError } from '../src/errors.ts';

/** An error that the engine reported. */
export class EngineError extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.name = 'EngineError';
    this.wire = wire;
  }
}

/** Whatever was thrown, as plain data. */
export function toWire(thrown: unknown): WireError {
  if (thrown instanceof EngineError) return thrown.wire;
  const { code, message, details } = asAkinError(thrown);
  return { code, message, details: { ...details } };
}
