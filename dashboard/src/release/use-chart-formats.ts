import { useMemo } from 'react';
import { useLanguage } from '../i18n/i18n-context.js';

/** How numbers on charts are written. */
export interface ChartFormats {
  /** Per cent. */
  readonly part: (value: number) => string;
  /** Something a second. */
  readonly rate: (value: number) => string;
  readonly milliseconds: (value: number) => string;
  /** A number of any kind. */
  readonly plain: (value: number) => string;
}

/** Formats with two digits where they matter, in the chosen language; the same object until that changes. */
export function useChartFormats(): ChartFormats {
  const language = useLanguage();
  return useMemo(() => {
    const few = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
    const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 });
    const span = (unit: string, digits: number): Intl.NumberFormat => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits });
    const [short, long] = [span('millisecond', 0), span('second', 1)];
    const tiny = span('millisecond', 1);
    return {
      part: (value) => percent.format(value / 100),
      rate: (value) => few.format(value),
      milliseconds: (value) => (value >= 10_000 ? long.format(value / 1000) : value >= 10 ? short.format(value) : tiny.format(value)),
      plain: (value) => few.format(value),
    };
  }, [language]);
}
