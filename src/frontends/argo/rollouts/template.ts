import type { ReplicaSetSpec } from '../../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../../../kubernetes/generated/core-v1.js';
import { isRecord, withoutNulls } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { matchesLabelSelector } from '../../../kubernetes/selectors.js';
import type { PolicyProblem } from '../../../model/policy-problem.js';
import type { Rollout } from '../kinds/rollout.js';

export type LabelSelector = ReplicaSetSpec['selector'];

/** The Pods that a Rollout asks for. */
export interface ResolvedTemplate {
  readonly template: PodTemplateSpec;
  readonly selector: LabelSelector;
  /** The generation of the object that workloadRef names; undefined without one. */
  readonly workloadGeneration: number | undefined;
}

/** Where objects that a Rollout may refer to have their Pod template, and their selector. */
const PLACES: Readonly<Record<string, { readonly group: string; readonly template: readonly string[]; readonly selector?: readonly string[] }>> = {
  Deployment: { group: 'apps/', template: ['spec', 'template'], selector: ['spec', 'selector'] },
  ReplicaSet: { group: 'apps/', template: ['spec', 'template'], selector: ['spec', 'selector'] },
  PodTemplate: { group: '', template: ['template'] },
};

/**
 * The Pod template and the selector of a Rollout: its own, or those of the object that workloadRef names.
 * @param workload what workloadRef names; undefined when there is none
 */
export function resolveTemplate(rollout: Rollout, workload?: KubernetesObject): ResolvedTemplate | { readonly problems: PolicyProblem[] } {
  const { template, selector, workloadRef } = rollout.spec;
  if (!workloadRef) {
    if (!template?.spec) return wrong(['spec', 'template'], 'is missing.', 'Write the Pod template, or name a Deployment under workloadRef.');
    if (!selector) return wrong(['spec', 'selector'], 'is missing.', 'Write the labels of the Pods under selector.matchLabels.');
    return fitting(withoutNulls(template), withoutNulls(selector), undefined, ['spec', 'selector']);
  }
  const path = ['spec', 'workloadRef'];
  if (template && Object.keys(withoutNulls(template)).length > 0) return wrong(['spec', 'template'], 'template must be empty for workload reference rollout.', 'Leave out template, or workloadRef.');
  const { kind = '', name = '', apiVersion = '' } = workloadRef;
  const place = PLACES[kind];
  if (!place || (apiVersion !== '' && (place.group === '' ? apiVersion.includes('/') : !apiVersion.startsWith(place.group)))) {
    return wrong([...path, 'kind'], `workload of type ${apiVersion}/${kind} is not supported.`, 'There are apps/v1 Deployment, apps/v1 ReplicaSet and v1 PodTemplate.');
  }
  if (!workload || workload.kind !== kind || workload.metadata.name !== name) return wrong([...path, 'name'], `there is no ${kind} ${name} in namespace ${rollout.metadata.namespace ?? 'default'}.`, 'Create it, or correct the name.');
  const found = valueIn(workload, place.template);
  if (!isTemplate(found)) return wrong([...path, 'name'], `${kind} ${name} has no Pod template.`, `Name a ${kind} that has one.`);
  const theirs = place.selector && valueIn(workload, place.selector);
  // The API server has looked at what is inside, here and in the template.
  const own = selector ?? (isRecord(theirs) ? (theirs as LabelSelector) : undefined);
  if (!own) return wrong(['spec', 'selector'], `is missing, and a ${kind} has none.`, 'Write the labels of the Pods under selector.matchLabels.');
  return fitting(withoutNulls(found), withoutNulls(own), workload.metadata.generation ?? 0, selector ? ['spec', 'selector'] : [...path, 'name']);
}

/** How many Pods a Rollout asks for. */
export const replicasOf = ({ spec }: Rollout): number => spec.replicas ?? 1;

const wrong = (path: PolicyProblem['path'], problem: string, remedy: string): { problems: PolicyProblem[] } => ({ problems: [{ path, problem, remedy }] });

function fitting(template: PodTemplateSpec, selector: LabelSelector, workloadGeneration: number | undefined, path: PolicyProblem['path']): ReturnType<typeof resolveTemplate> {
  if (!matchesLabelSelector(selector, template.metadata?.labels ?? {})) return wrong(path, 'the selector does not match the labels of the template.', 'Give the template all labels of the selector.');
  return { template, selector, workloadGeneration };
}

const valueIn = (object: unknown, path: readonly string[]): unknown => path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), object);

const isTemplate = (value: unknown): value is PodTemplateSpec => isRecord(value) && isRecord(value['spec']);
