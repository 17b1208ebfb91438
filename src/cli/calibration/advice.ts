import { stringify } from 'yaml';
import type { Metric } from '../../model/policy/analysis.js';
import { formatPart } from './report.js';
import type { Assessment } from './assessment.js';
import { marginOf } from './margins.js';
import type { CalibratedMetric } from './metrics.js';

/** What becomes of one metric. */
export interface Advice {
  /** In a sentence. */
  readonly text: string;
  /** Fields to write: under its kind, or of the metric itself; absent where there is nothing to write. */
  readonly kind?: Readonly<Record<string, string | number>>;
  readonly own?: { readonly dryRun: true };
}

/** What was seen of one metric, and what it advises. */
export interface Calibrated {
  readonly metric: CalibratedMetric;
  readonly assessment: Assessment;
  readonly advice: Advice;
}

/** What an assessment advises. Pure. @param why there are no samples, where something was wrong at the end */
export function adviceOf({ own, holds, needed, promised, margins, missing }: Assessment, { name, judged: { measure } }: Pick<CalibratedMetric, 'name' | 'judged'>, why?: string): Advice {
  if (missing.length > 0 || !own) return { text: `Nothing can be said of ${name} yet. ${missing.join(' ')}${why === undefined ? '' : ` Last: ${why}.`}` };
  const margin = marginOf(measure);
  const limit = Object.hasOwn(margin.written(margin.own) ?? {}, 'below');
  const what = limit ? 'limit' : 'margin';
  const seen = `${margin.written(margin.own) === undefined ? '' : `with a ${what} of ${margin.shown(margin.own)}, `}${own.falseAlarms} of ${own.releases} releases of stable against itself would have been taken back, and at most ${formatPart(promised)} may be`;
  if (holds) return { text: `Leave ${name} as it is: ${seen}.${needed !== undefined && needed < margin.own ? ` ${margin.shown(needed)} would do, too.` : ''}` };
  const written = needed === undefined ? undefined : margin.written(needed);
  if (needed === undefined || written === undefined) {
    const highest = margin.written(margin.own) === undefined ? `Metric ${name} cannot keep the promise` : `No ${what} up to ${margin.shown(margins.at(-1)?.worseBy ?? margin.own)} keeps the promise for metric ${name}`;
    return { text: `${highest}: ${seen}. Let it only look, or judge it in another way.`, own: { dryRun: true } };
  }
  return { text: `Set ${limit ? 'below' : 'worseBy'} of metric ${name} to ${margin.shown(needed)}: ${seen}.`, kind: written };
}

/** A document to paste, and where. */
export interface Suggestion {
  /** Such as `policy web` or `MetricTemplate orders`. */
  readonly place: string;
  readonly yaml: string;
}

/**
 * What to write, to be pasted under `spec`. The list of metrics is the whole one, which replaces that of the policy.
 * @param written the metrics of the policy, or those that it has when it names none
 */
export function suggestionsOf(policy: string, written: readonly Metric[], calibrated: readonly Calibrated[]): readonly Suggestion[] {
  const advised = new Map(calibrated.map((each) => [each.metric.name, each]));
  let changed = false;
  const metrics = written.map((metric) => {
    const found = advised.get(metric.name);
    const { kind, own } = found?.advice ?? {};
    const group = found?.metric.judged.kind;
    // What a template says of its margins stands in the template.
    const inside = metric.template || !kind || !group ? {} : { [group]: { ...(group === 'condition' ? {} : metric[group]), ...kind } };
    changed ||= own !== undefined || Object.keys(inside).length > 0;
    return { ...metric, ...own, ...inside };
  });
  const templates = calibrated.flatMap(({ metric: { template, planned, judged }, advice: { kind } }): Suggestion[] =>
    template && kind ? [{ place: `${template.kind ?? 'MetricTemplate'} ${template.name}`, yaml: yamlOf({ [judged.kind]: { ...(judged.kind === 'condition' ? {} : planned[judged.kind]), ...kind } }) }] : []);
  return [...(changed ? [{ place: `policy ${policy}`, yaml: yamlOf({ analysis: { metrics } }) }] : []), ...templates];
}

const yamlOf = (value: unknown): string => stringify(value, { lineWidth: 0 }).trimEnd();
