import type { EvidenceMetric, EvidencePoint, EvidenceSpec } from '../../../model/evidence-record.js';
import type { LogEntry, Release } from '../../../model/release.js';
import type { HistoryPoint, ReleaseHistory } from '../../schemas/release-history.js';
import type { WatchedSample } from './watched.js';

/** What is known of a release over time. */
export interface HistorySources {
  readonly release: Release;
  readonly evidence: EvidenceSpec | undefined;
  /** What the server has seen, from first to last. */
  readonly samples: readonly WatchedSample[];
  /** What happened, from first to last. */
  readonly entries: readonly LogEntry[];
}

/** A number that stays until the next one. */
type Stairs = readonly { readonly at: number; readonly value: number }[];

/**
 * A release over time, for charts: counts from its evidence where there is any, and from its status as the server watched it
 * else; shares from what happened and from the watched statuses.
 */
export function historyOf({ release, evidence, samples, entries }: HistorySources): ReleaseHistory {
  const asked = stairs([...sharesSaid(entries, 'ShareAsked'), ...samples.map(({ at, asked: value }) => ({ at, value }))]);
  const accepted = stairs([...sharesSaid(entries, 'ShareAccepted'), ...samples.map(({ at, accepted: value }) => ({ at, value }))]);
  const counted = stairs(samples.flatMap(({ at, counted: value }) => (value === undefined ? [] : [{ at, value }])));
  const metrics = (evidence?.metrics ?? []).filter(({ points }) => points !== undefined && points.length > 0);
  const errors = metrics.find(({ kind, dryRun }) => kind === 'errorRate' && !dryRun) ?? metrics.find(({ kind }) => kind === 'errorRate') ?? metrics.find(({ kind }) => kind === 'latency');
  const latency = metrics.find(({ kind }) => kind === 'latency');
  const measured = errors ? (errors.points ?? []).map((point) => countsOf(errors, point)) : countsSeen(samples);
  const known = new Set(measured.map(({ at }) => at));
  const turns = [...asked, ...accepted].map(({ at }) => at).filter((at, index, all) => all.indexOf(at) === index && !known.has(at));
  const all = [...measured, ...turns.map((at): Stretch => ({ at, seconds: 0, requests: zero, failures: zero }))].sort((a, b) => a.at - b.at);
  const points = all.map(({ at, seconds, requests, failures }): HistoryPoint => {
    const seen = valueAt(counted, at);
    const p99 = latencyAt(latency, at, seconds);
    return {
      at: new Date(at).toISOString(), seconds, asked: valueAt(asked, at) ?? 0, accepted: valueAt(accepted, at) ?? 0, requests, failures,
      ...(seen === undefined ? {} : { counted: seen }),
      ...(p99 === undefined ? {} : { p99 }),
    };
  });
  const percentile = percentileOf(release, latency);
  return { points, ...(percentile === undefined ? {} : { percentile }) };
}

interface Stretch {
  /** Its end, in milliseconds since the epoch. */
  readonly at: number;
  readonly seconds: number;
  readonly requests: { readonly stable: number; readonly canary: number };
  readonly failures: { readonly stable: number; readonly canary: number };
}

const zero = { stable: 0, canary: 0 };

function countsOf({ kind }: EvidenceMetric, { at, seconds, stable, canary }: EvidencePoint): Stretch {
  const bad = (side: EvidencePoint['stable']): number => (kind === 'errorRate' ? (side?.bad ?? 0) : 0);
  return { at: Date.parse(at), seconds, requests: { stable: stable?.count ?? 0, canary: canary?.count ?? 0 }, failures: { stable: bad(stable), canary: bad(canary) } };
}

/** Totals become what came between them. */
function countsSeen(samples: readonly WatchedSample[]): Stretch[] {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample;
    const more = (key: 'requests' | 'failures') => ({ stable: Math.max(0, sample[key].stable - before[key].stable), canary: Math.max(0, sample[key].canary - before[key].canary) });
    return { at: sample.at, seconds: (sample.at - before.at) / 1000, requests: more('requests'), failures: more('failures') };
  });
}

/** Shares in the log are texts such as `12.5 %`. */
function sharesSaid(entries: readonly LogEntry[], code: string): { at: number; value: number }[] {
  return entries.flatMap(({ code: own, time, arguments: { share = '' } }) => {
    const value = Math.round(Number.parseFloat(share) * 10);
    return own === code && !Number.isNaN(value) ? [{ at: Date.parse(time), value }] : [];
  });
}

/** In order, and only where the value changes. */
function stairs(points: { at: number; value: number }[]): Stairs {
  return points.sort((a, b) => a.at - b.at).filter(({ value }, index, all) => index === 0 || all[index - 1]?.value !== value);
}

function valueAt(all: Stairs, at: number): number | undefined {
  let value: number | undefined;
  for (const step of all) {
    if (step.at > at) break;
    value = step.value;
  }
  return value;
}

/** The latency of the stretch that a moment lies in. */
function latencyAt(metric: EvidenceMetric | undefined, at: number, seconds: number): HistoryPoint['p99'] {
  if (seconds === 0) return undefined;
  const point = metric?.points?.find((each) => Date.parse(each.at) >= at && Date.parse(each.at) - each.seconds * 1000 < at);
  const [stable, canary] = [point?.stable?.value, point?.canary?.value];
  if (stable === undefined && canary === undefined) return undefined;
  return { ...(stable === undefined ? {} : { stable }), ...(canary === undefined ? {} : { canary }) };
}

function percentileOf({ spec }: Release, metric: EvidenceMetric | undefined): number | undefined {
  const text = metric && spec.plan.analysis?.metrics.find(({ name }) => name === metric.name)?.latency?.percentile;
  const value = text === undefined ? Number.NaN : Number(text.replace(/^p/, ''));
  return Number.isNaN(value) ? undefined : value;
}
