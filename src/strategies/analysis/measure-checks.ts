import { conditionFault } from '../../model/condition-expression.js';
import { parseDuration } from '../../model/duration.js';
import { parseJsonPath } from '../../model/json-path.js';
import { kindOfMeasure, patternFault, sourceOfMeasure, type Measure } from '../../model/measure.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import type { MetricKind } from '../../model/policy/analysis.js';
import type { SourceKind } from '../../model/policy/metric-sources.js';

/** `1.5x` or `5%` as a number: 1.5, 5. */
export const leadingNumber = (text: string): number => Number(text.slice(0, -1));

/** What a metric tolerates where it says nothing, in times as bad as stable. */
const TOLERATED: Readonly<Record<Exclude<MetricKind, 'condition'>, { readonly worseBy: string; readonly acceptBelow: string }>> = {
  errorRate: { worseBy: '1.5x', acceptBelow: '2x' },
  latency: { worseBy: '2x', acceptBelow: '4x' },
  saturation: { worseBy: '2x', acceptBelow: '3x' },
};

/** The queries that a kind of metric needs of its source. */
const NEEDED: Readonly<Record<MetricKind, readonly Query[]>> = { errorRate: ['all', 'bad'], latency: ['histogram'], saturation: ['gauge'], condition: ['value'] };
type Query = 'all' | 'bad' | 'histogram' | 'gauge' | 'value';
const ASKED: readonly SourceKind[] = ['prometheus', 'datadog'];

/** What speaks against a metric that its schema lets pass, with places in the metric; all at once. */
export function checkMeasure(measure: Measure): PolicyProblem[] {
  const kind = kindOfMeasure(measure);
  if (kind === undefined) return [];
  return [...comparisonProblems(measure, kind), ...rangeProblems(measure), ...shiftProblems(measure), ...conditionProblems(measure), ...sourceProblems(measure, kind)];
}

function comparisonProblems(measure: Measure, kind: MetricKind): PolicyProblem[] {
  if (kind === 'condition') return [];
  const judged = measure[kind];
  if (!judged) return [];
  const compared = ['worseBy', 'acceptBelow', ...(kind === 'latency' ? ['slower'] : [])].filter((field) => Object.hasOwn(judged, field));
  if (judged.below !== undefined) {
    if (compared.length === 0) return [];
    return [{ path: [kind, 'below'], problem: `is a limit, and ${compared.join(' and ')} compare${compared.length === 1 ? 's' : ''} with stable; a metric does one of the two.`, remedy: `Leave out below, or ${compared.join(' and ')}.` }];
  }
  const problems: PolicyProblem[] = [];
  const { worseBy = TOLERATED[kind].worseBy, acceptBelow = TOLERATED[kind].acceptBelow } = judged;
  if (leadingNumber(worseBy) < 1) problems.push({ path: [kind, 'worseBy'], problem: `${worseBy} would take back a canary that is better than stable.`, remedy: 'Write at least 1x; some room above it keeps uneven traffic from looking like a fault.' });
  if (leadingNumber(acceptBelow) <= leadingNumber(worseBy)) {
    const absent = judged.acceptBelow === undefined;
    problems.push({
      path: [kind, absent ? 'worseBy' : 'acceptBelow'],
      problem: absent ? `${worseBy} is not below ${acceptBelow}, which acceptBelow is when absent.` : `${acceptBelow} is not above worseBy, ${worseBy}${judged.worseBy === undefined ? ' when absent' : ''}: in between nothing could be decided.`,
      remedy: `Set acceptBelow above ${worseBy}, such as ${Math.round(leadingNumber(worseBy) * 20) / 10}x.`,
    });
  }
  if (kind === 'latency' && measure.latency?.slower !== undefined && leadingNumber(measure.latency.slower) < 1) {
    problems.push({ path: ['latency', 'slower'], problem: `${measure.latency.slower} would call a canary slow that is faster than stable.`, remedy: 'Write at least 1x.' });
  }
  return problems;
}

/** What negligible is when absent. */
const NEGLIGIBLE = '0.1%';

function rangeProblems({ errorRate, latency }: Measure): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const { below } = errorRate ?? {};
  if (below !== undefined && !(leadingNumber(below) > 0 && leadingNumber(below) < 100)) {
    problems.push({ path: ['errorRate', 'below'], problem: leadingNumber(below) > 0 ? `every version stays below ${below}.` : `no version stays below ${below}.`, remedy: 'Write more than 0% and less than 100%.' });
  }
  for (const field of ['negligible', 'fineBelow'] as const) {
    const part = errorRate?.[field];
    if (part === undefined) continue;
    if (leadingNumber(part) >= 100) problems.push({ path: ['errorRate', field], problem: `nothing would be trouble with ${part}.`, remedy: 'Write less than 100%, or 0% to leave nothing out.' });
    if (below !== undefined) problems.push({ path: ['errorRate', field], problem: 'goes with a comparison with stable; below is a limit already.', remedy: 'Leave it out.' });
  }
  const { fineBelow, negligible = NEGLIGIBLE } = errorRate ?? {};
  if (fineBelow !== undefined && leadingNumber(fineBelow) < leadingNumber(negligible)) {
    problems.push({ path: ['errorRate', 'fineBelow'], problem: `${fineBelow} is below negligible, ${negligible}${errorRate?.negligible === undefined ? ' when absent' : ''}: in between nothing could be decided.`, remedy: `Write at least ${negligible}.` });
  }
  const percentile = latency?.percentile === undefined ? 99 : Number(latency.percentile.slice(1));
  if (percentile <= 0 || percentile >= 100) problems.push({ path: ['latency', 'percentile'], problem: `${latency?.percentile ?? ''} is no percentile.`, remedy: 'Write one above p0 and below p100, such as p50, p95 or p99.9.' });
  if (latency?.below !== undefined && parseDuration(latency.below) <= 0) problems.push({ path: ['latency', 'below'], problem: `${latency.below} is met by no request.`, remedy: 'Write a length of time such as 300ms.' });
  return problems;
}

/** One that watches the whole distribution has no percentile and no margins. */
function shiftProblems({ latency }: Measure): PolicyProblem[] {
  if (latency?.shift === undefined) return [];
  const idle = (['percentile', 'slower', 'worseBy', 'acceptBelow', 'below'] as const).filter((field) => latency[field] !== undefined);
  if (idle.length === 0) return [];
  return [{ path: ['latency', 'shift'], problem: `watches the whole distribution, so ${idle.join(', ')} would count for nothing.`, remedy: `Leave out shift, or ${idle.join(', ')}; a second metric may have the other.` }];
}

function conditionProblems({ condition, from }: Measure): PolicyProblem[] {
  if (!condition) return [];
  const problems: PolicyProblem[] = [];
  for (const field of ['success', 'failure'] as const) {
    const expression = condition[field];
    if (expression === undefined) continue;
    const fault = conditionFault(expression);
    if (from?.job) problems.push({ path: ['condition', field], problem: 'a Job has no result to look at: its end with 0 is the success.', remedy: 'Leave it out.' });
    else if (fault !== undefined) problems.push({ path: ['condition', field], problem: `is no expression that can be read: ${fault}.`, remedy: 'Write CEL over result, as in result >= 0.95.' });
  }
  if (!from?.job && condition.success === undefined && condition.failure === undefined) problems.push({ path: ['condition'], problem: 'says neither what success is nor what failure is.', remedy: 'Add success or failure, as in success: result >= 0.95.' });
  const { count, consecutiveSuccessLimit = 0 } = condition;
  if (count !== undefined && consecutiveSuccessLimit > count) problems.push({ path: ['condition', 'consecutiveSuccessLimit'], problem: `${consecutiveSuccessLimit} successes in a row are more than the ${count} measurements of count.`, remedy: 'Raise count, or lower this.' });
  return problems;
}

function sourceProblems(measure: Measure, kind: MetricKind): PolicyProblem[] {
  const source = sourceOfMeasure(measure);
  const { from } = measure;
  if (!from || source === undefined) {
    if (kind === 'errorRate' || kind === 'latency') return [];
    return [{ path: ['from'], problem: `is missing: of ${kind === 'saturation' ? 'values that go up and down' : 'conditions'} nobody knows anything unasked.`, remedy: kind === 'saturation' ? 'Say where the values come from: scrape, prometheus or datadog.' : 'Say where the result comes from: prometheus, web, job or datadog.' }];
  }
  const path = ['from', source];
  if ((source === 'web' || source === 'job') && kind !== 'condition') {
    return [{ path, problem: `${source === 'web' ? 'an answer' : 'a Job'} says nothing of single Pods, which ${kind} compares.`, remedy: `Take scrape, prometheus or datadog, or make it a condition.` }];
  }
  if (source === 'scrape' && kind === 'condition') return [{ path, problem: 'Pods are many and a condition has one result.', remedy: 'Take prometheus, web, job or datadog.' }];
  if (source === 'job') return (from.job?.template.spec?.template.spec?.containers ?? []).length > 0 ? [] : [{ path: [...path, 'template'], problem: 'is no Job with containers.', remedy: 'Write it as a CronJob would have it under jobTemplate: spec.template.spec.containers.' }];
  if (source === 'web') return pathProblems(from.web?.path);
  return [...missingQueries(measure, kind, source), ...(source === 'scrape' ? patternProblems(measure) : [])];
}

function pathProblems(path: string | undefined): PolicyProblem[] {
  try {
    if (path !== undefined) parseJsonPath(path);
    return [];
  } catch (error) {
    return [{ path: ['from', 'web', 'path'], problem: `${error instanceof Error ? error.message : String(error)}.`, remedy: '' }];
  }
}

function missingQueries({ from }: Measure, kind: MetricKind, source: SourceKind): PolicyProblem[] {
  const queries: Partial<Record<Query, unknown>> = from?.[source as 'prometheus'] ?? {};
  const there = Object.keys(queries);
  const word = ASKED.includes(source) ? 'query' : 'metric';
  return NEEDED[kind].filter((name) => !there.includes(name)).map((name) => ({ path: ['from', source, name], problem: 'is missing.', remedy: `${kind} needs the ${word} ${NEEDED[kind].join(' and the ' + word + ' ')}.` }));
}

function patternProblems({ from }: Measure): PolicyProblem[] {
  return (['all', 'bad', 'histogram', 'gauge'] as const).flatMap((query) =>
    Object.entries(from?.scrape?.[query]?.labels ?? {}).flatMap(([label, pattern]): PolicyProblem[] => {
      const fault = patternFault(pattern);
      return fault === undefined ? [] : [{ path: ['from', 'scrape', query, 'labels', label], problem: `is no regular expression: ${fault}.`, remedy: '' }];
    }),
  );
}
