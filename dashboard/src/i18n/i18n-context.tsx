import { createContext, useContext, useEffect, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { sayer, type Catalogue, type Language, type Say } from './catalogue.js';
import { createFormats, type Formats } from './formats.js';
import type { Preferences, PreferenceStore } from './preferences.js';

const Store = createContext<PreferenceStore | undefined>(undefined);
const FormatsOf = createContext<Formats | undefined>(undefined);

function useStore(): PreferenceStore {
  const store = useContext(Store);
  if (store === undefined) throw new Error('Texts were used outside of I18nProvider; put the component inside it.');
  return store;
}

/** Gives all inside it the chosen language, theme and formats, and tells the document. */
export function I18nProvider({ store, children }: { store: PreferenceStore; children: ReactNode }): ReactNode {
  const { language, theme } = useSyncExternalStore(store.subscribe, store.read);
  const formats = useMemo(() => createFormats(language), [language]);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return (
    <Store value={store}>
      <FormatsOf value={formats}>{children}</FormatsOf>
    </Store>
  );
}

/** The chosen language and theme, and how to choose others. */
export function usePreferences(): readonly [Preferences, PreferenceStore['choose']] {
  const store = useStore();
  return [useSyncExternalStore(store.subscribe, store.read), store.choose];
}

/** The language that texts are in now. */
export function useLanguage(): Language {
  return usePreferences()[0].language;
}

/** Says the texts of a catalogue in the chosen language. */
export function useTexts<C extends Catalogue>(texts: C): Say<C> {
  const language = useLanguage();
  return useMemo(() => sayer(texts, language), [texts, language]);
}

/** Numbers and times in the chosen language. */
export function useFormats(): Formats {
  const formats = useContext(FormatsOf);
  if (formats === undefined) throw new Error('Formats were used outside of I18nProvider; put the component inside it.');
  return formats;
}

/** Chooses between the two texts that the API sends of one sentence. */
export function useSaid(): (en: string, zh: string | undefined) => string {
  const language = useLanguage();
  return (en, zh) => (language === 'zh' && zh !== undefined && zh !== '' ? zh : en);
}
