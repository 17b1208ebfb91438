import type { Measure } from '../../engine/judging/measures.js';

/** How much a metric tolerates, as one number that can be made larger. */
export interface Margin {
  /** What the policy says: `worseBy` of a comparison with stable; 1 for a limit, which is tried so many times as high. */
  readonly own: number;
  /** The same metric, tolerating more. */
  with(margin: number): Measure;
  /** As people read it. */
  shown(margin: number): string;
  /** What to write under the metric's kind; undefined where there is nothing to make larger. */
  written(margin: number): Readonly<Record<string, string | number>> | undefined;
}

/** The margin of a measure. @throws RangeError for a condition, which has none */
export function marginOf(measure: Measure): Margin {
  switch (measure.how) {
    case 'rate':
      return ofComparison(measure.settings, (worseBy) => ({ ...measure, settings: { ...measure.settings, worseBy } }));
    case 'latency':
      return ofComparison(measure.settings, (worseBy) => ({ ...measure, settings: { ...measure.settings, worseBy } }));
    case 'gauge': {
      const { limit, settings } = measure;
      if (limit === undefined) return ofComparison(settings, (worseBy) => ({ ...measure, settings: { ...settings, worseBy } }));
      return ofLimit(limit, (value) => ({ ...measure, limit: value }), rounded, String);
    }
    case 'knownRate':
      return ofLimit(measure.settings.limit, (value) => ({ ...measure, settings: { ...measure.settings, limit: Math.min(0.999, value) } }), (value) => `${rounded(value * 100)}%`);
    case 'latencyLimit':
      return ofLimit(measure.settings.below, (value) => ({ ...measure, settings: { ...measure.settings, below: value } }), (value) => `${Math.ceil(value)}ms`);
    case 'shift':
      return { own: 1, with: () => measure, shown: () => 'as it is', written: () => undefined };
    case 'condition':
      throw new RangeError('a condition has no margin');
  }
}

const rounded = (value: number): number => Number(value.toPrecision(3));

function ofComparison({ worseBy, acceptBelow }: { readonly worseBy: number; readonly acceptBelow: number }, withMargin: (worseBy: number) => Measure): Margin {
  return {
    own: worseBy,
    with: withMargin,
    shown: (margin) => `${margin}x`,
    // As far above as now, so that what lies between is decided as soon.
    written: (margin) => ({ worseBy: `${margin}x`, acceptBelow: `${acceptBelow > margin ? acceptBelow : Math.round(margin * (acceptBelow / worseBy) * 100) / 100}x` }),
  };
}

function ofLimit(limit: number, withLimit: (value: number) => Measure, written: (value: number) => string | number, shown: (value: string | number) => string = String): Margin {
  return { own: 1, with: (margin) => withLimit(limit * margin), shown: (margin) => shown(written(limit * margin)), written: (margin) => ({ below: written(limit * margin) }) };
}
