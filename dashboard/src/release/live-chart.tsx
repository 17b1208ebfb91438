import { useEffect, useRef, useState, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { onThemeChange, resolvedColour } from '../components/colour.js';
import { useFormats, useLanguage, useTexts } from '../i18n/i18n-context.js';
import { highestOf, lastOf, type Column } from './chart-series.js';
import { releaseTexts } from './texts.js';

/** One line of a chart. */
export interface ChartLine {
  readonly name: string;
  readonly values: Column;
  /** Its colour, as tokens.css names it. */
  readonly colour: string;
  readonly dashed?: boolean;
  /** Keeps its value until the next point, as shares do. */
  readonly stepped?: boolean;
}

interface ChartParts {
  readonly title: string;
  /** Where the title stands above it already. */
  readonly untitled?: boolean;
  /** Seconds since the epoch, rising. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** Pixels. */
  readonly height?: number;
  /** The top of the scale at least. */
  readonly least?: number;
  /** Charts of one key move their cursors together. */
  readonly together?: string;
}

/**
 * A live series. Its place has the same size with and without data, so nothing jumps; its legend says the last values, or
 * those under the pointer. What matters of it stands in its label, for who cannot see it.
 */
export function LiveChart({ title, untitled = false, times, lines, format, height = 150, least = 0, together }: ChartParts): ReactNode {
  const say = useTexts(releaseTexts);
  const language = useLanguage();
  const { time } = useFormats();
  const themed = useThemeCount();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const [pointed, setPointed] = useState<number>();
  const shape = JSON.stringify(lines.map(({ name, colour, dashed, stepped }) => [name, colour, dashed, stepped]));
  const data: uPlot.AlignedData = [[...times], ...lines.map(({ values }) => [...values])];
  // What the drawing needs anew each time without a new chart.
  const latest = useRef({ data, format, lines, time });
  latest.current = { data, format, lines, time };

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const colour = (name: string): string => resolvedColour(name, element);
    const drawn = new uPlot(optionsOf({
      width: Math.max(50, element.clientWidth), height, least, together, lines: latest.current.lines, colour, font: `11px ${getComputedStyle(element).fontFamily}`,
      format: (value) => latest.current.format(value), time: (at) => latest.current.time(at * 1000), point: setPointed,
    }), latest.current.data, element);
    chart.current = drawn;
    const resizing = new ResizeObserver(() => drawn.setSize({ width: Math.max(50, element.clientWidth), height }));
    resizing.observe(element);
    return () => {
      resizing.disconnect();
      drawn.destroy();
      chart.current = null;
    };
  }, [shape, height, least, together, language, themed]);

  useEffect(() => {
    chart.current?.setData(latest.current.data);
  }, [times, lines]);

  const valueAt = (values: Column): number | undefined => (pointed === undefined ? lastOf(values) : (values[pointed] ?? undefined));
  const essence = lines.map(({ name, values }) => {
    const [last, highest] = [lastOf(values), highestOf(values)];
    return last === undefined || highest === undefined ? `${name} ${say('nothingSeen')}` : say('seriesEssence', { name, last: format(last), highest: format(highest) });
  });
  return (
    <figure className="release-chart">
      <figcaption>
        <span className={untitled ? 'unseen' : 'release-chart-title'}>{title}</span>
        <span className="release-legend" aria-hidden="true">
          {lines.map(({ name, colour, dashed, values }) => {
            const value = valueAt(values);
            return <span key={name} className="release-legend-entry"><i data-dashed={dashed} style={{ color: `var(--${colour})` }} />{name} <b>{value === undefined ? '–' : format(value)}</b></span>;
          })}
        </span>
      </figcaption>
      <div ref={place} className="release-chart-place" style={{ height }} role="img" aria-label={say('chartEssence', { title, series: essence.join('; ') })} />
    </figure>
  );
}

interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly least: number;
  readonly together: string | undefined;
  readonly lines: readonly ChartLine[];
  readonly font: string;
  colour(name: string): string;
  format(value: number): string;
  time(seconds: number): string;
  point(index: number | undefined): void;
}

/** Seconds that a chart shows at least. */
const SHORTEST_SPAN = 10;

const spanOf = (first: number, last: number | undefined): uPlot.Range.MinMax => (last === undefined ? [null, null] : [Math.min(first, last - SHORTEST_SPAN), last]);

function optionsOf({ width, height, least, together, lines, font, colour, format, time, point }: Drawing): uPlot.Options {
  const [ink, grid] = [colour('ink-soft'), colour('line')];
  const axis = { font, stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { show: false }, border: { show: false } };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    width, height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false }, ...(together === undefined ? {} : { sync: { key: together } }) },
    // To one point alone the library would give a whole day.
    scales: { x: { range: ({ data: [times] }, low) => spanOf(low, times[times.length - 1]) }, y: { range: (_plot, _low, high) => [0, Math.max(least, Number.isFinite(high) ? high * 1.1 : 0) || 1] } },
    axes: [
      { ...axis, size: 24, gap: 4, space: 90, values: (_plot, values) => values.map(time) },
      { ...axis, size: 52, gap: 6, space: 36, values: (_plot, values) => values.map(format) },
    ],
    // A point where only a share changed has no requests, which is no gap in them.
    series: [{}, ...lines.map((line): uPlot.Series => ({
      label: line.name, stroke: colour(line.colour), width: 2, spanGaps: true, points: { show: false },
      ...(line.dashed === true ? { dash: [4, 4] } : {}),
      ...(line.stepped === true && stepped ? { paths: stepped } : {}),
    }))],
    hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? undefined)] },
  };
}

/** Counts up whenever the theme may have changed, so that charts are drawn anew in its colours. */
function useThemeCount(): number {
  const [count, setCount] = useState(0);
  useEffect(() => onThemeChange(() => setCount((before) => before + 1)), []);
  return count;
}
