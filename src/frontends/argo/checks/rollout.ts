import type { PolicyProblem } from '../../../model/policy-problem.js';
import { schemaOfArgoKind } from '../custom-resources.js';
import type { Rollout, RolloutSpec } from '../kinds/rollout.js';
import { checkBlueGreen } from './blue-green.js';
import { checkCanaryStrategy } from './canary.js';
import { lookUp, type KnownObjects } from './known-objects.js';
import { checkContainers, checkSelector } from './pods.js';
import { checkSchema } from '../../conversion/schema-check.js';

const REPLACED_KINDS = ['Deployment', 'ReplicaSet', 'PodTemplate'];
const SCALE_DOWNS = ['never', 'onsuccess', 'progressively'];

/**
 * Everything that keeps a Rollout from being served, all at once, with place and remedy: what Argo Rollouts itself would
 * refuse, what it would ignore or stumble over later, and what Serin does not serve.
 */
export function checkRollout(given: unknown, known: KnownObjects = {}): PolicyProblem[] {
  const { problems, object } = checkSchema(given, schemaOfArgoKind('Rollout') ?? {});
  if (!object) return problems;
  // Its schema let it pass.
  const rollout = object as unknown as Rollout;
  return [...problems, ...checkSpec(rollout, known), ...checkStrategy(rollout, known)];
}

function checkSpec({ spec, metadata }: Rollout, known: KnownObjects): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const say = (path: PolicyProblem['path'], problem: string, remedy: string): void => void problems.push({ path: ['spec', ...path], problem, remedy });
  for (const field of ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'] as const) {
    if ((spec[field] ?? 0) < 0) say([field], `${spec[field]} is below 0.`, 'Write 0 or more.');
  }
  const { progressDeadlineSeconds: deadline = 600, minReadySeconds: ready = 0 } = spec;
  if (deadline <= ready) say(['progressDeadlineSeconds'], `${deadline} is not above minReadySeconds, ${ready}: every update would be late.`, `Write more than ${ready}.`);
  if ((spec.rollbackWindow?.revisions ?? 0) < 0) say(['rollbackWindow', 'revisions'], 'a window is 0 or more revisions.', 'Write 0 or more.');
  problems.push(...checkPods(spec));
  const { workloadRef } = spec;
  if (!workloadRef) return problems;
  const { kind = '', name = '', scaleDown = 'never' } = workloadRef;
  if (name === '') say(['workloadRef', 'name'], 'is missing.', 'Name the Deployment whose Pod template is taken.');
  if (!REPLACED_KINDS.includes(kind)) say(['workloadRef', 'kind'], `a Pod template cannot be taken from a ${kind === '' ? 'kind that is not named' : kind}.`, `There are ${REPLACED_KINDS.join(', ')}.`);
  if (!SCALE_DOWNS.includes(scaleDown)) say(['workloadRef', 'scaleDown'], `"${scaleDown}" is none of ${SCALE_DOWNS.join(', ')}.`, 'Write one of them.');
  if (kind === 'Deployment' && name !== '') problems.push(...lookUp(known.deployments, 'Deployment', name, metadata.namespace ?? 'default', ['spec', 'workloadRef', 'name']).problems);
  return problems;
}

function checkPods({ selector, template, workloadRef }: RolloutSpec): PolicyProblem[] {
  const hasTemplate = template !== undefined && Object.keys(template).length > 0;
  if (workloadRef) return hasTemplate ? [{ path: ['spec', 'template'], problem: 'template must be empty for workload reference rollout.', remedy: 'Leave out template, or workloadRef.' }] : [];
  const problems: PolicyProblem[] = [];
  if (!selector) problems.push({ path: ['spec', 'selector'], problem: 'is missing.', remedy: 'Write the labels of the Pods under selector.matchLabels.' });
  const wrong = hasTemplate ? checkContainers(template, ['spec', 'template']) : [{ path: ['spec', 'template'], problem: 'is missing.', remedy: 'Write the Pod template, or name a Deployment under workloadRef.' }];
  if (selector) problems.push(...checkSelector(selector, ['spec', 'selector'], wrong.length > 0 ? undefined : (template?.metadata?.labels ?? {}), ['spec', 'template', 'metadata', 'labels']));
  return [...problems, ...wrong];
}

function checkStrategy(rollout: Rollout, known: KnownObjects): PolicyProblem[] {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  if (canary && blueGreen) return [{ path: ['spec', 'strategy'], problem: 'canary and blueGreen cannot both be followed.', remedy: 'Leave out one of them.' }];
  if (canary) return checkCanaryStrategy(rollout, canary, known);
  if (blueGreen) return checkBlueGreen(rollout, blueGreen, known);
  return [{ path: ['spec', 'strategy'], problem: 'is missing.', remedy: 'Write canary or blueGreen below it.' }];
}
