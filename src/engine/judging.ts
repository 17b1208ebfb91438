import { failureRate, type Counts, type Evidence, type Verdict } from '../model/evidence.js';
import type { Plan } from '../model/plan.js';

/**
 * Compares the parts of failed requests with a fixed margin: evidence in, verdict out.
 * `fail` as soon as enough canary requests are on record and the canary fails more than stable by more than the margin;
 * `pass` says only that nothing speaks against it so far.
 */
export function judge(evidence: Evidence, limits: Plan['judge']): Verdict {
  if (evidence.canary.requests < limits.minimumRequests) return 'undecided';
  return failureRate(evidence.canary) - failureRate(evidence.stable) > limits.maximumErrorRateIncrease ? 'fail' : 'pass';
}

const percent = (rate: number): string => `${Math.round(rate * 1000) / 10} %`;

/** The numbers behind a verdict, for people. */
export function verdictArguments({ stable, canary }: Evidence, limits: Plan['judge']): Record<string, string> {
  const of = (name: string, counts: Counts): Record<string, string> => ({
    [`${name}Requests`]: String(counts.requests),
    [`${name}Failures`]: String(counts.failures),
    [`${name}Rate`]: percent(failureRate(counts)),
  });
  return { ...of('canary', canary), ...of('stable', stable), limit: percent(limits.maximumErrorRateIncrease) };
}
