/** Languages that the page speaks. */
export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

/** A text; `{name}` stands for an argument. Two forms where English needs a singular: which one, `count` says. */
export type Text = string | { readonly one: string; readonly other: string };

/** Texts by key, each in every language: one that is missing is a type error. */
export type Catalogue = Readonly<Record<string, Readonly<Record<Language, Text>>>>;

type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type NamesOf<T> = T extends { readonly other: infer Other } ? Names<Other> | 'count' : Names<T>;
type Rest<Name extends string> = [Name] extends [never] ? [] : [args: Readonly<Record<Name, string | number>>];

/** Says the text of a key; the arguments are those that its English text names. */
export type Say<C extends Catalogue> = <K extends keyof C & string>(key: K, ...rest: Rest<NamesOf<C[K]['en']>>) => string;

/** Declares texts and keeps their literal types, so that arguments are checked. */
export function defineTexts<const C extends Catalogue>(texts: C): C {
  return texts;
}

const plurals: Readonly<Record<Language, Intl.PluralRules>> = { en: new Intl.PluralRules('en'), zh: new Intl.PluralRules('zh') };

/** Puts arguments into a text. A name without an argument stays as it is, which is easier to find than a gap. */
export function fill(text: Text, language: Language, args: Readonly<Record<string, string | number>> = {}): string {
  const form = typeof text === 'string' ? text : plurals[language].select(Number(args['count'] ?? 0)) === 'one' ? text.one : text.other;
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => String(args[name] ?? whole));
}

/** What says the texts of a catalogue in a language. */
export function sayer<C extends Catalogue>(texts: C, language: Language): Say<C> {
  return (key, ...rest) => {
    const entry = texts[key];
    return entry === undefined ? key : fill(entry[language], language, rest[0]);
  };
}

/** The language of a browser that prefers these, in their order; English when none is spoken. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = languages.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (found !== undefined) return found;
  }
  return 'en';
}
