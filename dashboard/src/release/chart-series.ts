import type { HistoryPoint, MetricPoint, MetricSide, MetricView } from '../api/types.js';

/** Which of the two versions. */
export type Role = 'stable' | 'canary';

/** A number for each time; null where nothing was seen. */
export type Column = readonly (number | null)[];

/** Columns over the same times. */
export interface Series<Name extends string> {
  /** Ends of the points, in seconds since the epoch, rising. */
  readonly times: readonly number[];
  readonly columns: Readonly<Record<Name, Column>>;
}

/** What a history shows: shares and failures in per cent, requests a second, latency in milliseconds. */
export type HistoryColumn = 'asked' | 'accepted' | 'counted' | 'stableRate' | 'canaryRate' | 'stableFailing' | 'canaryFailing' | 'stableP99' | 'canaryP99';

const seconds = (at: string): number => Date.parse(at) / 1000;

/** Points in the order of time, one a time; what cannot be read is left out. */
function inOrder<P extends { readonly at: string }>(points: readonly P[]): P[] {
  const byTime = new Map(points.filter(({ at }) => !Number.isNaN(Date.parse(at))).map((point) => [seconds(point.at), point]));
  return [...byTime].sort(([a], [b]) => a - b).map(([, point]) => point);
}

/** Part of requests that failed, in per cent; null without any. */
const failing = (requests: number, failures: number): number | null => (requests > 0 ? (failures / requests) * 100 : null);

/** The columns of a release's history. A point without length is a change of share, and says nothing of requests. */
export function historySeries(points: readonly HistoryPoint[]): Series<HistoryColumn> {
  const sorted = inOrder(points);
  const times = sorted.map(({ at }) => seconds(at));
  const rate = (role: Role) => sorted.map((point) => (point.seconds > 0 ? point.requests[role] / point.seconds : null));
  const part = (role: Role) => sorted.map((point) => (point.seconds > 0 ? failing(point.requests[role], point.failures[role]) : null));
  return {
    times,
    columns: {
      asked: sorted.map(({ asked }) => asked / 10),
      accepted: sorted.map(({ accepted }) => accepted / 10),
      counted: sorted.map(({ counted }) => (counted === undefined ? null : counted / 10)),
      stableRate: rate('stable'),
      canaryRate: rate('canary'),
      stableFailing: part('stable'),
      canaryFailing: part('canary'),
      stableP99: sorted.map(({ p99 }) => p99?.stable ?? null),
      canaryP99: sorted.map(({ p99 }) => p99?.canary ?? null),
    },
  };
}

/** What one metric saw: per cent for errorRate, milliseconds for latency, else the value as it was measured. */
export function metricSeries(kind: MetricView['kind'], points: readonly MetricPoint[]): Series<Role | 'value'> {
  const sorted = inOrder(points);
  const value = (side: MetricSide | undefined): number | null => {
    if (!side) return null;
    return kind === 'errorRate' ? failing(side.count ?? 0, side.bad ?? 0) : (side.value ?? null);
  };
  return {
    times: sorted.map(({ at }) => seconds(at)),
    columns: {
      stable: sorted.map(({ stable }) => value(stable)),
      canary: sorted.map(({ canary }) => value(canary)),
      value: sorted.map((point) => point.value ?? null),
    },
  };
}

/** The last number that was seen. */
export const lastOf = (column: Column): number | undefined => column.findLast((value) => value !== null) ?? undefined;

/** The highest number that was seen. */
export function highestOf(column: Column): number | undefined {
  const seen = column.filter((value) => value !== null);
  return seen.length === 0 ? undefined : seen.reduce((a, b) => Math.max(a, b));
}

/** Whether anything was seen at all. */
export const isEmpty = (column: Column): boolean => column.every((value) => value === null);
