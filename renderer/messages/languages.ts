import { fillMessage } from '../../src/errors.ts';
import type { ErrorDetails } from '../../src/errors.ts';
import { en } from './en.ts';
import type { Messages } from './en.ts';
import { zhCn } from './zh-cn.ts';

export const languageChoices = ['system', 'en', 'zh-CN'] as const;
export type LanguageChoice = (typeof languageChoices)[number];

export interface Language {
  /** For `Intl` and the document: the system's own variant of English keeps its way to write dates. */
  tag: string;
  words: Messages;
}

/** @param system the system's languages, most wanted first */
export function chooseLanguage(choice: LanguageChoice, system: readonly string[]): Language {
  for (const tag of choice === 'system' ? system : [choice]) {
    const language = tag.toLowerCase().split(/[-_]/)[0];
    if (language === 'zh') return { tag: 'zh-CN', words: zhCn };
    if (language === 'en') return { tag: supported(tag) ? tag : 'en', words: en };
  }
  return { tag: 'en', words: en };
}

function supported(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

/** Words an error by its code; a code that this version does not know keeps the text that came with it. */
export function wordError(
  words: Messages,
  error: { code: string; message: string; details: ErrorDetails },
): string {
  const known: Readonly<Record<string, string>> = words.errors;
  const template = Object.hasOwn(known, error.code) ? known[error.code] : undefined;
  return template === undefined ? error.message : fillMessage(template, error.details);
}
