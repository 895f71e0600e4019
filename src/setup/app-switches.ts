/** The words after `npm start --`, as Electron takes them. */
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Electron knows `--library=DIR` only in this form, and runs in the project's folder. */
export function appSwitches(words: readonly string[]): string[] {
  const { tokens } = parseArgs({
    args: [...words],
    options: { library: { type: 'string' } },
    strict: false,
    tokens: true,
  });
  return tokens.flatMap((token) => {
    if (token.kind === 'option-terminator') return [];
    if (token.kind === 'positional') return [token.value];
    const { name, rawName, value } = token;
    if (name === 'library' && value) return [`--library=${path.resolve(value)}`];
    return [value === undefined ? rawName : `${rawName}=${value}`];
  });
}
