import type { CanaryStep, CheckStep } from '../../model/policy/steps.js';
import type { Strategy } from '../../model/policy/strategies.js';
import { parseDuration } from '../../model/duration.js';
import { durationText, type ConversionNote, type Notes } from '../conversion/notes.js';
import type { CanaryAnalysis, CanaryWebhook } from './canary.js';

type Path = ConversionNote['path'];
/** What the schema of policies allows. */
const MOST_STEPS = 50;

/** The gates of a Canary by when they are asked. */
interface Gates {
  readonly first: CheckStep[];
  readonly increase: CheckStep[];
  readonly last: CheckStep[];
}

/** The strategy that Flagger would derive from an analysis. */
export function convertStrategy(analysis: CanaryAnalysis, path: Path, notes: Notes): Strategy {
  const { iterations = 0, match = [] } = analysis;
  const gates = gatesOf(analysis.webhooks ?? [], path, notes);
  const interval = milliseconds(analysis.interval);
  const whole = interval * Math.max(1, iterations);
  if (iterations > 0 && match.length > 0) {
    const matches = match.flatMap(({ headers = {}, queryParams, sourceLabels }, index) => {
      notes.when(queryParams, [...path, 'match', index, 'queryParams'], 'Users are told apart by headers and cookies alone.');
      notes.when(sourceLabels, [...path, 'match', index, 'sourceLabels'], 'Users are told apart by headers and cookies alone.');
      const each = Object.entries(headers).map(([name, { exact, prefix, suffix, regex }]) => ({ name, ...(exact ? { exact } : prefix ? { prefix } : suffix ? { regex: `.*${suffix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}` } : regex ? { regex } : {}) }));
      return each.length === 0 ? [] : [{ headers: each }];
    });
    if (matches.length > 0) return { ab: { stages: [{ audience: { matches }, checks: [...gates.first, { analyze: { for: durationText(whole) } }, ...gates.last] }] } };
  }
  if (iterations > 0) return { blueGreen: { before: [...gates.first, { analyze: { for: durationText(whole), minimumRequests: 0 } }, ...gates.last], keep: '30s' } };
  const judged: CanaryStep = { analyze: { for: durationText(interval) } };
  const each = gates.increase.length + 2;
  const all = weightsOf(analysis);
  const weights = thinned(all, Math.max(1, Math.floor((MOST_STEPS - gates.first.length - gates.last.length - 3) / each)));
  if (weights.length < all.length) notes.add(path, `A policy has at most ${MOST_STEPS} steps, so of ${all.length} weights it has ${weights.length}.`);
  const mirrored: CanaryStep[] = analysis.mirror ? [{ mirror: analysis.mirrorWeight ?? 100 }, judged, { mirror: 0 }] : [];
  return { canary: { steps: [...gates.first, ...mirrored, ...weights.flatMap((weight): CanaryStep[] => [...gates.increase, { weight }, judged]), ...gates.last] } };
}

/** Some of the weights, the last one among them, as far apart as all of them are. */
function thinned(weights: readonly number[], most: number): number[] {
  const every = Math.ceil(weights.length / most);
  return weights.filter((_, index) => (weights.length - 1 - index) % every === 0);
}

function weightsOf({ stepWeight = 0, stepWeights = [], maxWeight = 100 }: CanaryAnalysis): number[] {
  const rising = (weights: readonly number[]): number[] => weights.map((weight) => Math.min(100, weight)).filter((weight, index, all) => weight > 0 && all.slice(0, index).every((before) => before < weight));
  if (stepWeight <= 0) return rising(stepWeights.length > 0 ? stepWeights : [maxWeight]);
  const weights: number[] = [];
  for (let weight = stepWeight; weights.length < 1000; weight += stepWeight) {
    weights.push(weight);
    if (weight >= maxWeight) break;
  }
  return rising(weights);
}

export function milliseconds(text = '60s'): number {
  try {
    return Math.max(1000, parseDuration(text));
  } catch {
    return 60_000;
  }
}

const GATES: Readonly<Record<string, keyof Gates>> = { 'confirm-rollout': 'first', 'pre-rollout': 'first', 'confirm-traffic-increase': 'increase', 'confirm-promotion': 'last' };
const WITHOUT: Readonly<Record<string, string>> = {
  rollout: 'Nothing is called at each check. A load test runs beside the release; a check of its own is a metric of kind condition with from: {web: …}.',
  rollback: 'Nobody is asked whether to go back: serin abort, or a condition that reads a URL, takes a version back at once.',
  'post-rollout': 'Nothing is called at the end: watch the Release, or the Events.',
  event: 'Nothing is called for events: watch the Release, or the Events.',
};

function gatesOf(webhooks: readonly CanaryWebhook[], path: Path, notes: Notes): Gates {
  const gates: Gates = { first: [], increase: [], last: [] };
  webhooks.forEach(({ name, url, type = 'rollout', metadata }, index) => {
    const at = [...path, 'webhooks', index];
    const when = Object.hasOwn(GATES, type) ? GATES[type] : undefined;
    if (when === undefined) {
      notes.add(at, `${name}: ${WITHOUT[type] ?? `there is no webhook of type ${type}.`}`);
      return;
    }
    gates[when].push({ gate: { url, timeout: '1h', interval: '10s' } });
    notes.add(at, `${name} becomes a gate: it gets another body, 2xx opens it, 403 takes the version back, and anything else is asked again for an hour${metadata ? '; metadata is not sent' : ''}.`);
  });
  return gates;
}
