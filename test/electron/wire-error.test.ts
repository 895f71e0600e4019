import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError, toWire } from '../../electron/wire-error.ts';
import { wireErrorSchema } from '../../src/api.ts';
import { AkinError } from '../../src/errors.ts';

describe('errors on their way to the page', () => {
  it('keep code, words and details', () => {
    const error = new AkinError('photo-missing', { path: '/a' }, { cause: new Error('inner') });
    expect(error.message).toContain('/a');
    expect(toWire(error)).toEqual({
      code: 'photo-missing',
      message: error.message,
      details: { path: '/a' },
    });
  });

  it('pass through main as the engine sent them, also with a code that main does not know', () => {
    const wire = { code: 'of-a-newer-engine', message: 'Words', details: { count: 3 } };
    const error = new EngineError(wire);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message]).toEqual(['EngineError', 'Words']);
    expect(toWire(error)).toBe(wire);
  });

  it('that came of an abort are "cancelled"', () => {
    const signal = AbortSignal.abort();
    expect(toWire(signal.reason)).toMatchObject({ code: 'cancelled', details: {} });
  });

  it('whatever was thrown becomes plain data that the schema knows, without a stack', () => {
    const thrown = fc.oneof(
      fc.anything(),
      fc.string().map((message) => new Error(message)),
      fc
        .string()
        .map((message) => Object.assign(new TypeError(message), { code: 'EACCES', path: '/secret' })),
    );
    fc.assert(
      fc.property(thrown, (value) => {
        const wire = toWire(value);
        expect(wireErrorSchema.parse(wire)).toEqual(wire);
        expect(structuredClone(wire)).toEqual(wire);
        expect(Object.keys(wire).sort()).toEqual(['code', 'details', 'message']);
        expect(JSON.stringify(wire)).not.toContain('at file:');
      }),
    );
  });
});
