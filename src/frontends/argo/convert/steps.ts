import type { Match } from '../../../model/match.js';
import type { CanaryStep } from '../../../model/policy/steps.js';
import { pauseMilliseconds } from '../duration.js';
import type { RolloutStep, StringMatch } from '../kinds/canary-steps.js';
import type { CanaryStrategy } from '../kinds/strategies.js';
import type { Analyses } from './analyses.js';
import { durationText, type Notes } from '../../conversion/notes.js';

const PATH = ['spec', 'strategy', 'canary', 'steps'];
/** How long an analysis may take where that is not known, in milliseconds, and what is added where it is. */
const ALLOWANCE = 60_000;

/** The steps of a Rollout as those of a policy. */
export function convertSteps({ steps = [], trafficRouting }: CanaryStrategy, analyses: Analyses, notes: Notes): CanaryStep[] {
  const most = trafficRouting?.maxTrafficWeight ?? 100;
  const routes = new Map<string, Match[]>();
  let weight = -1;
  return steps.flatMap((step, index): CanaryStep[] => {
    const path = [...PATH, index];
    if (step.setWeight !== undefined) {
      const percent = Math.round((step.setWeight * 1000) / most) / 10;
      if (percent <= weight) {
        notes.add([...path, 'setWeight'], percent === weight ? `The weight is ${percent} already; left out.` : `Weights of a policy only rise, and ${percent} comes after ${weight}; left out.`);
        return [];
      }
      weight = percent;
      return [{ weight: percent }];
    }
    if (step.pause) {
      const milliseconds = step.pause.duration === undefined ? undefined : (pauseMilliseconds(step.pause.duration) ?? 0);
      return [{ pause: milliseconds === undefined ? {} : { for: durationText(milliseconds) } }];
    }
    if (step.setCanaryScale) {
      const { replicas, weight: percent } = step.setCanaryScale;
      return [{ scale: replicas !== undefined ? { replicas } : percent !== undefined ? { percent } : { matchWeight: true } }];
    }
    if (step.setHeaderRoute) return headerStep(step.setHeaderRoute, routes, [...path, 'setHeaderRoute'], notes);
    if (step.setMirrorRoute) {
      const { match, percentage = 100 } = step.setMirrorRoute;
      if (match && match.length > 0) notes.add([...path, 'setMirrorRoute', 'match'], 'A policy mirrors a part of all requests, whichever they are.');
      return [{ mirror: match ? percentage : 0 }];
    }
    if (step.analysis) return analyzeStep(analyses.convert(step.analysis, [...path, 'analysis'], false));
    notes.add([...path, step.experiment ? 'experiment' : 'plugin'], step.experiment ? 'A policy has no experiments: canary and stable are compared while both serve. Give the canary a small weight and an analyze step here.' : 'A policy has no plugins.');
    return [];
  });
}

/** A step that waits for metrics; none where nothing is left of them. */
export function analyzeStep({ metrics, lasts }: ReturnType<Analyses['convert']>): { analyze: NonNullable<CanaryStep['analyze']> }[] {
  if (metrics.length === 0) return [];
  // Undecided was inconclusive: it waited for somebody.
  return [{ analyze: { metrics: [...new Set(metrics)], undecided: 'hold', ...(lasts === undefined ? {} : { for: durationText(lasts + ALLOWANCE) }) } }];
}

function headerStep({ name, match = [] }: NonNullable<RolloutStep['setHeaderRoute']>, routes: Map<string, Match[]>, path: (string | number)[], notes: Notes): CanaryStep[] {
  if (match.length === 0) routes.delete(name);
  else routes.set(name, match.map(({ headerName, headerValue }) => ({ headers: [{ name: headerName, ...comparison(headerValue) }] })));
  const matches = [...routes.values()].flat();
  if (matches.length > 0) return [{ route: { matches } }];
  notes.add(path, 'A policy cannot end a route before its end; those who met the canary by it stay with it.');
  return [];
}

function comparison({ exact, prefix, regex }: StringMatch = {}): { exact?: string; prefix?: string; regex?: string } {
  if (exact) return { exact };
  if (prefix) return { prefix };
  return regex ? { regex } : {};
}
