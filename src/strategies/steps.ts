import { parseDuration } from '../model/duration.js';
import type { Match, MirroredRequests } from '../model/match.js';
import type { PlanStep } from '../model/plan.js';
import { plannedConsent } from '../model/planned-consent.js';
import type { Audience, CanaryStep, CheckStep } from '../model/policy/steps.js';
import type { PolicySpec } from '../model/release-policy.js';

/** Per cent with at most one decimal as per mille. */
export const perMille = (percent: number): number => Math.round(percent * 10);

/** `20%` as a part, `3` as a count. */
export function podAmount(value: number | string): Pick<PlanStep, 'pods' | 'part'> {
  return typeof value === 'number' ? { pods: value } : { part: perMille(Number(value.slice(0, -1))) };
}

/** Whether an amount of Pods is none. */
export function isNothing(value: number | string): boolean {
  const { pods, part } = podAmount(value);
  return (pods ?? part ?? 0) === 0;
}

/** Who meets the canary, in headers and cookies alone. The policy must have passed the checks. */
export function matchesOf({ matches = [], users = [] }: Audience, spec: PolicySpec): Match[] {
  const named = users.map((user): Match => {
    if (spec.users?.cookie !== undefined) return { cookies: [{ name: spec.users.cookie, exact: user }] };
    return { headers: [{ name: spec.users?.header ?? '', exact: user }] };
  });
  return [...matches, ...named];
}

/** One step that waits or tests. */
export function checkStep(step: CheckStep): PlanStep {
  const { pause, job, gate, approve } = step;
  if (pause) return pause.for === undefined ? { kind: 'pause' } : { kind: 'pause', milliseconds: parseDuration(pause.for) };
  if (job) return { kind: 'job', job: job.template, milliseconds: parseDuration(job.timeout) };
  if (gate) return { kind: 'gate', url: gate.url, milliseconds: parseDuration(gate.timeout), intervalMilliseconds: parseDuration(gate.interval) };
  if (approve) return { kind: 'approve', ...plannedConsent(approve) };
  const { for: duration, minimumRequests, metrics, undecided } = step.analyze ?? {};
  return {
    kind: 'analyze',
    ...(duration === undefined ? {} : { milliseconds: parseDuration(duration) }),
    ...(minimumRequests === undefined ? {} : { minimumRequests }),
    ...(metrics === undefined ? {} : { metrics: [...new Set(metrics)] }),
    ...(undecided === undefined ? {} : { undecided }),
  };
}

/** Copies as a plan has them. */
export const mirrorsOf = (mirrors: NonNullable<CanaryStep['mirrors']>): MirroredRequests[] => mirrors.map(({ percent = 100, ...rest }) => ({ ...rest, share: perMille(percent) }));

/** One step of a canary strategy. */
export function canaryStep(step: CanaryStep, spec: PolicySpec): PlanStep {
  if (step.weight !== undefined) return { kind: 'weight', share: perMille(step.weight) };
  if (step.mirror !== undefined) return { kind: 'mirror', share: perMille(step.mirror) };
  if (step.mirrors) return { kind: 'mirror', mirrors: mirrorsOf(step.mirrors) };
  if (step.route) return { kind: 'route', matches: matchesOf(step.route, spec) };
  if (step.scale) {
    const { replicas, percent } = step.scale;
    return { kind: 'scale', ...(replicas !== undefined ? { pods: replicas } : percent !== undefined ? { part: perMille(percent) } : {}) };
  }
  return checkStep(step);
}
