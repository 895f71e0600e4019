/** What the user chose for the look of the app, kept in localStorage. */
import { chooseLanguage, languageChoices } from '../messages/languages.ts';
import type { LanguageChoice } from '../messages/languages.ts';
import { bridge } from './bridge.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

class Preferences {
  #languageChoice = $state<LanguageChoice>(remembered('akin.language', languageChoices));
  #theme = $state<Theme>(remembered('akin.theme', themes));
  #showBoxes = $state(remembered('akin.boxes', ['selected', 'all']) === 'all');
  readonly #language = $derived(chooseLanguage(this.#languageChoice, bridge.languages));

  get languageChoice(): LanguageChoice {
    return this.#languageChoice;
  }

  set languageChoice(choice: LanguageChoice) {
    this.#languageChoice = choice;
    localStorage.setItem('akin.language', choice);
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    localStorage.setItem('akin.theme', theme);
  }

  /** Whether all results show where they match, or only the one that is looked at. */
  get showBoxes(): boolean {
    return this.#showBoxes;
  }

  set showBoxes(all: boolean) {
    this.#showBoxes = all;
    localStorage.setItem('akin.boxes', all ? 'all' : 'selected');
  }

  get words() {
    return this.#language.words;
  }

  /** The language tag for `Intl` and for the document. */
  get tag(): string {
    return this.#language.tag;
  }
}

function remembered<Choice extends string>(key: string, choices: readonly [Choice, ...Choice[]]): Choice {
  const kept = localStorage.getItem(key);
  return choices.find((choice) => choice === kept) ?? choices[0];
}

export const preferences = new Preferences();
