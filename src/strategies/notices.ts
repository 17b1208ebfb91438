import type { PolicyProblem } from '../model/policy-problem.js';
import type { PolicySpec } from '../model/release-policy.js';
import { analysisNotices } from './analysis/notices.js';
import { unknownTemplates, type TemplateSource } from './analysis/templates.js';

/** What to know before a policy is used, though nothing is wrong with it. The policy must be valid. */
export function notices(spec: PolicySpec, templates: TemplateSource = unknownTemplates): PolicyProblem[] {
  return [...analysisNotices(spec, templates), ...migrationNotices(spec), ...stepNotices(spec)];
}

function stepNotices({ strategy: { canary } }: PolicySpec): PolicyProblem[] {
  if (!canary || canary.steps.length > 0) return [];
  return [{ path: ['spec', 'strategy', 'canary', 'steps'], severity: 'warning', problem: 'without steps the canary gets everything as soon as its Pods are ready.', remedy: 'Add weights, with a pause or analyze between.' }];
}

function migrationNotices({ strategy }: PolicySpec): PolicyProblem[] {
  if (!strategy.blueGreen) return [];
  return [
    {
      path: ['spec', 'strategy', 'blueGreen'], severity: 'warning',
      problem: 'both versions run in full at once, on the same database, and the old one is to take over again at any moment.',
      remedy: 'Make database migrations backward compatible: the old version must work with the new schema. Programs that may run only once, or that twice as many Pods have no room for, take rolling instead.',
    },
  ];
}
