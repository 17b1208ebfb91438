import type { Language } from './catalogue.js';

/** How numbers and times are written in one language. All take what the API sends; what cannot be read becomes a dash. */
export interface Formats {
  /** A whole number with separators. */
  count(value: number): string;
  /** A short number for narrow places, such as 12K. */
  compact(value: number): string;
  /** A share in per mille as per cent: 5 is "0.5%". */
  share(perMille: number): string;
  /** A ratio from 0 to 1 as per cent with at most two decimals. */
  ratio(value: number): string;
  /** A length of time in seconds, in at most two units: "2m 5s". */
  duration(seconds: number): string;
  /** How long ago, or in how long, a moment in milliseconds is: "3 minutes ago". */
  relative(at: number, now: number): string;
  /** Date and time to the minute. */
  dateTime(at: string | number | undefined): string;
  /** Date, time to the second, and the zone. For titles and records. */
  exact(at: string | number | undefined): string;
  /** The time of day to the second. */
  time(at: string | number | undefined): string;
  /** Several things as one phrase: "a, b and c". */
  list(items: readonly string[]): string;
}

const NOTHING = '–';
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' };
const UNITS = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]] as const;

/** Milliseconds since 1970 of an RFC 3339 time; undefined where there is none. */
export function millisecondsOf(at: string | number | undefined): number | undefined {
  if (at === undefined) return undefined;
  const value = typeof at === 'number' ? at : Date.parse(at);
  return Number.isNaN(value) ? undefined : value;
}

/** Formats of a language, in the browser's time zone. */
export function createFormats(language: Language): Formats {
  const locale = LOCALES[language];
  const count = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const ratio = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'long' });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const units = new Map(UNITS.map(([unit]) => [unit, new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: language === 'zh' ? 'short' : 'narrow' })]));
  const moment = (format: Intl.DateTimeFormat) => (at: string | number | undefined) => {
    const value = millisecondsOf(at);
    return value === undefined ? NOTHING : format.format(value);
  };
  return {
    count: (value) => count.format(value),
    compact: (value) => compact.format(value),
    share: (perMille) => share.format(perMille / 1000),
    ratio: (value) => ratio.format(value),
    duration: (seconds) => {
      const whole = Math.max(0, Math.round(seconds));
      const at = UNITS.findIndex(([, size]) => whole >= size);
      const first = at === -1 ? UNITS.length - 1 : at;
      let left = whole;
      return UNITS.slice(first, first + 2).flatMap(([unit, size], index) => {
        const amount = Math.floor(left / size);
        left -= amount * size;
        return amount === 0 && index > 0 ? [] : [units.get(unit)?.format(amount) ?? ''];
      }).join(' ');
    },
    relative: (at, now) => {
      const seconds = Math.round((at - now) / 1000);
      if (Math.abs(seconds) < 10) return relative.format(0, 'second');
      const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS[3];
      return relative.format(Math.trunc(seconds / size), unit);
    },
    dateTime: moment(dateTime),
    exact: moment(exact),
    time: moment(time),
    list: (items) => list.format(items),
  };
}
