import type { EvidenceMetric, EvidencePoint } from '../../model/evidence-record.js';
import type { Stretch } from './chart.js';

/** A line of a chart. */
export interface Series {
  readonly title: string;
  readonly stretches: readonly Stretch[];
}

type Side = NonNullable<EvidencePoint['canary']>;

/** What is drawn of a metric: the canary beside stable, or what was measured. */
export function seriesOf({ kind, points = [] }: Pick<EvidenceMetric, 'kind' | 'points'>): Series[] {
  const series = (title: string, value: (point: EvidencePoint) => number | undefined): Series => ({ title, stretches: points.map((point) => ({ ...timeOf(point), value: value(point) })) });
  if (kind === 'condition') return [series('value', ({ value }) => value)];
  const of = kind === 'errorRate' ? badPart : ({ value }: Side): number | undefined => value;
  const each = [series('canary', ({ canary }) => canary && of(canary)), series('stable', ({ stable }) => stable && of(stable))];
  // Where a metric has a limit, stable may not be on record at all.
  return each.filter(({ title, stretches }) => title === 'canary' || stretches.some(({ value }) => value !== undefined));
}

/** From when to when a point is. */
export function timeOf({ at, seconds }: Pick<EvidencePoint, 'at' | 'seconds'>): { readonly from: number; readonly to: number } {
  const to = Date.parse(at);
  // One measurement has no length, and is to be seen all the same.
  return { from: to - Math.max(1, seconds * 1000), to };
}

/** Without requests nothing was bad and nothing was good. */
const badPart = ({ count = 0, bad = 0 }: Side): number | undefined => (count > 0 ? bad / count : undefined);

/** A value of such a metric, for people. */
export function formatValue(kind: EvidenceMetric['kind'], value: number): string {
  switch (kind) {
    case 'errorRate':
      return `${short(value * 100)} %`;
    case 'latency':
      return value < 1000 ? `${short(value)} ms` : `${short(value / 1000)} s`;
    case 'saturation':
    case 'condition':
      return scaled(value);
  }
}

const short = (value: number): string => String(Number(value.toPrecision(value >= 100 ? 3 : 2)));

const SCALES = [['T', 1e12], ['G', 1e9], ['M', 1e6], ['k', 1e3]] as const;

function scaled(value: number): string {
  const [unit, size] = SCALES.find(([, least]) => Math.abs(value) >= least) ?? ['', 1];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}
