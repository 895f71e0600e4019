import type { AkinBridge, WireError } from '../../src/api.ts';

/** Put there by the preload script: the only way out of the renderer. */
export const { akin: bridge } = globalThis as unknown as { readonly akin: AkinBridge };

/** An error as it came over the bridge; anything else becomes `internal`, with its message as the reason. */
export function asWireError(thrown: unknown): WireError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string') {
    const message = 'message' in thrown ? String(thrown.message) : thrown.code;
    const details = 'details' in thrown && typeof thrown.details === 'object' ? thrown.details : null;
    return { code: thrown.code, message, details: { ...details } };
  }
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message: reason, details: { reason } };
}
