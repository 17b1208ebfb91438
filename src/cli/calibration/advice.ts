import { stringify } from 'yaml';
import type { Analysis } from '../../model/policy/analysis.js';
import type { Assessment } from './assessment.js';
import { DEFAULT_METRICS, type Measure } from './measure.js';

/** What to do, in a sentence, and what to write into the policy; without `yaml` there is nothing to write. */
export interface Advice {
  readonly text: string;
  readonly yaml?: string;
}

const percent = (part: number): string => `${Number((part * 100).toPrecision(2))} %`;

/** What a recording advises. Pure. */
export function adviceOf({ own, holds, needed, promised, margins, missing }: Assessment, { name, settings }: Measure, analysis: Analysis | undefined): Advice {
  if (missing.length > 0 || !own) return { text: `Nothing can be said yet. ${missing.join(' ')}` };
  const seen = `with a margin of ${settings.worseBy}x, ${own.falseAlarms} of ${own.releases} releases of stable against itself would have been taken back, and at most ${percent(promised)} may be`;
  if (holds) {
    const less = needed !== undefined && needed < settings.worseBy ? ` ${needed}x would do, too.` : '';
    return { text: `Leave it as it is: ${seen}.${less}` };
  }
  const highest = margins.at(-1)?.worseBy ?? settings.worseBy;
  if (needed === undefined) {
    return { text: `No margin up to ${highest}x keeps the promise for metric ${name}: ${seen}. Let it only look, or hold it against a limit (below):`, yaml: written(analysis, name, { dryRun: true }) };
  }
  // As far above as by default, so that what lies between is soon decided.
  const acceptBelow = settings.acceptBelow > needed ? settings.acceptBelow : Math.round(needed * (4 / 3) * 100) / 100;
  return { text: `Set worseBy of metric ${name} to ${needed}x: ${seen}.`, yaml: written(analysis, name, { errorRate: { worseBy: `${needed}x`, acceptBelow: `${acceptBelow}x` } }) };
}

/** The whole list of metrics, which replaces the one in the policy: where there was none, the usual ones. */
function written(analysis: Analysis | undefined, name: string, change: { readonly dryRun?: boolean; readonly errorRate?: object }): string {
  const metrics = (analysis?.metrics ?? DEFAULT_METRICS).map((metric) =>
    metric.name === name ? { ...metric, ...change, ...(change.errorRate ? { errorRate: { ...metric.errorRate, ...change.errorRate } } : {}) } : metric);
  return stringify({ analysis: { metrics } }, { lineWidth: 0 }).trimEnd();
}
