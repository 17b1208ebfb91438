import { languages, preferredLanguage, type Language } from './catalogue.js';

/** Light, dark, or as the system has it. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What a person has chosen for this browser. */
export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
}

/** Keeps the choices of a person in the browser's storage and tells who listens. */
export interface PreferenceStore {
  read(): Preferences;
  choose(change: Partial<Preferences>): void;
  subscribe(listener: () => void): () => void;
}

/** The two functions of the browser's storage that are needed. They may throw where storage is forbidden. */
export type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem'>;

const KEY = 'serin.preferences';

/** Choices from an earlier visit, or what the browser prefers. Storage that is forbidden or spoilt is as if it were empty. */
export function createPreferences(storage: Storage | undefined, browserLanguages: readonly string[]): PreferenceStore {
  let now = { ...initial(browserLanguages), ...stored(storage) };
  const listeners = new Set<() => void>();
  return {
    read: () => now,
    choose: (change) => {
      now = { ...now, ...change };
      try {
        storage?.setItem(KEY, JSON.stringify(now));
      } catch {
        // Private windows may forbid it: the choice then lasts as long as the page.
      }
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function initial(browserLanguages: readonly string[]): Preferences {
  return { language: preferredLanguage(browserLanguages), theme: 'system' };
}

function stored(storage: Storage | undefined): Partial<Preferences> {
  try {
    const value: unknown = JSON.parse(storage?.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const language = languages.find((one) => 'language' in value && value.language === one);
    const theme = themes.find((one) => 'theme' in value && value.theme === one);
    return { ...(language === undefined ? {} : { language }), ...(theme === undefined ? {} : { theme }) };
  } catch {
    return {};
  }
}
