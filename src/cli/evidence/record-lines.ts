import type { EvidenceMetric, EvidencePoint, EvidenceSpec } from '../../model/evidence-record.js';
import type { Colours } from '../output/colours.js';
import { plural } from '../output/quantities.js';
import { formatAge, formatClock } from '../output/times.js';
import { wrapped } from '../output/wrapped.js';
import { barLines, columnsOf } from './chart.js';
import { formatValue, seriesOf, timeOf } from './series.js';
import { metricTitle, outcomeColour } from './words.js';

/** How evidence is drawn. */
export interface Drawing {
  readonly colours: Colours;
  /** Columns of the terminal. */
  readonly columns: number;
  /** Lines of a chart. */
  readonly height: number;
  /** How many of the last verdicts of a metric are shown. */
  readonly verdicts: number;
}

const INDENT = '  ';
/** What stands beside a chart: its title and the numbers behind it. */
const BESIDE = 46;
const [NARROWEST, WIDEST] = [10, 60];

/** Evidence as lines for a person. @param now milliseconds since the epoch */
export function recordLines(record: EvidenceSpec, now: number, drawing: Drawing): string[] {
  const { colours } = drawing;
  const about = `${plural(record.metrics.length, 'metric')}, written ${formatAge(record.writtenAt, now)} ago`;
  return [
    `${colours.strong(`evidence of release ${record.release}`)}  ${outcomeColour(record.outcome, colours)(record.outcome)}  ${colours.faint(about)}`,
    ...record.metrics.flatMap((metric) => ['', ...metricLines(metric, drawing)]),
  ];
}

function metricLines(metric: EvidenceMetric, drawing: Drawing): string[] {
  const { colours, columns } = drawing;
  const { says, problem, samples, kind, verdicts = [] } = metric;
  const told = (text: string, colour = (line: string): string => line): string[] => wrapped(text, columns - INDENT.length).map((line) => `${INDENT}${colour(line)}`);
  return [
    `${metricTitle(metric, colours)}  ${colours.faint(`${kind}, ${plural(samples, 'sample')}`)}`,
    ...told(says),
    ...(problem === undefined ? [] : told(`No samples at the moment: ${problem}`, colours.warning)),
    ...chartLines(metric, drawing),
    // The last verdict is what stands above.
    ...(verdicts.length < 2 ? [] : verdicts.slice(-drawing.verdicts).flatMap(({ at, outcome, says: said }) => {
      const [first = '', ...rest] = wrapped(`${outcome}: ${said}`, columns - INDENT.length - 9);
      return [`${INDENT}${colours.faint(formatClock(at))} ${outcomeColour(outcome, colours)(first)}`, ...rest.map((line) => `${INDENT}${' '.repeat(9)}${line}`)];
    })),
  ];
}

/** Canary and stable on one scale, the same time above each other. */
function chartLines(metric: EvidenceMetric, { colours, columns, height }: Drawing): string[] {
  const { points = [], kind } = metric;
  const times = points.map(timeOf);
  const all = seriesOf(metric);
  const values = all.flatMap(({ stretches }) => stretches.flatMap(({ value }) => value ?? []));
  if (values.length === 0) return [];
  const [from, to] = [Math.min(...times.map((each) => each.from)), Math.max(...times.map((each) => each.to))];
  const finest = Math.min(...times.map((each) => each.to - each.from));
  const width = Math.max(1, Math.min(WIDEST, Math.max(NARROWEST, columns - BESIDE), Math.max(points.length, Math.round((to - from) / finest))));
  const top = Math.max(...values);
  const lines = all.flatMap(({ title, stretches }) => {
    const drawn = barLines(columnsOf(stretches, from, to, width), top, height);
    const seen = stretches.flatMap(({ value }) => value ?? []);
    const last = seen.at(-1);
    const beside = last === undefined ? 'nothing seen' : `last ${formatValue(kind, last)}, highest ${formatValue(kind, Math.max(...seen))}`;
    const colour = title === 'stable' ? colours.faint : colours.strong;
    return drawn.flatMap((bars, line) => (bars.trim() === '' && line < height - 1 ? [] : [`${INDENT}${(line === height - 1 ? title : '').padEnd(7)} ${colour(bars)}${line === height - 1 ? `  ${beside}` : ''}`.trimEnd()]));
  });
  const [start, end] = [formatClock(new Date(from).toISOString()), formatClock(new Date(to).toISOString())];
  const axis = `${start}${' '.repeat(Math.max(1, width - start.length - end.length))}${end}`;
  return [...lines, ...(kind === 'condition' ? [measuredLine(points, from, to, width)] : []), `${INDENT}${' '.repeat(7)} ${colours.faint(axis)}`];
}

/** The worse, the later. */
const MEASURED: readonly { readonly measured: NonNullable<EvidencePoint['measured']>; readonly mark: string; readonly word: string }[] = [
  { measured: 'success', mark: 'o', word: 'success' },
  { measured: 'inconclusive', mark: '?', word: 'neither' },
  { measured: 'error', mark: '!', word: 'error' },
  { measured: 'failure', mark: 'x', word: 'failure' },
];

/** What each measurement came to; the worst where several fall together. */
function measuredLine(points: readonly EvidencePoint[], from: number, to: number, width: number): string {
  const ranks = points.map((point) => ({ ...timeOf(point), value: point.measured && MEASURED.findIndex(({ measured }) => measured === point.measured) }));
  const marks = columnsOf(ranks, from, to, width).map((rank) => (rank === undefined ? undefined : MEASURED[rank])?.mark ?? ' ');
  const seen = MEASURED.filter(({ measured }) => points.some((point) => point.measured === measured));
  return `${INDENT}${' '.repeat(7)} ${marks.join('')}  ${seen.map(({ mark, word }) => `${mark} ${word}`).join(' ')}`;
}
