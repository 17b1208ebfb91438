import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { LabelSelector } from '../kubernetes/generated/meta-v1.js';
import { controllerOf } from '../kubernetes/owners.js';
import { labelMatcher } from '../kubernetes/selectors.js';
import { BORROWED_LABEL } from '../model/resources.js';

/** Labels to merge into an object's: null takes one away. */
export type LabelChanges = Readonly<Record<string, string | null>>;

/**
 * What sets a borrowed ReplicaSet apart from its Deployment: one label of the Deployment's selector is left out, on the ReplicaSet
 * and not on its Pods. A Deployment adopts what its selector matches and nobody controls, and rescales it beside stable; without
 * this, deleting a Release with `--cascade=orphan` or `foreground`, which takes its owner reference off at once whatever
 * finalizer there is, would cost stable Pods. Under a selector that asks for no label to be there it stays as it is.
 */
export function labelsApart(selector: LabelSelector, policy: string): LabelChanges {
  const asked = labelMatcher(selector).requirements.find(({ operator }) => operator === 'in' || operator === 'exists');
  return asked ? { [asked.key]: null, [BORROWED_LABEL]: policy } : {};
}

/** What makes its Deployment know it again: the labels of its Pods. */
export function labelsAtHome(replicaSet: ReplicaSet): LabelChanges {
  return isSetApart(replicaSet) ? { ...replicaSet.spec.template?.metadata?.labels, [BORROWED_LABEL]: null } : {};
}

/** Whether it was lent and has not been given back, whoever controls it now. */
export const isSetApart = ({ metadata }: ReplicaSet): boolean => metadata.labels?.[BORROWED_LABEL] !== undefined;

/** Whether it is lent for this policy and nobody controls it any more. */
export const isLost = (replicaSet: ReplicaSet, policy: string): boolean => replicaSet.metadata.labels?.[BORROWED_LABEL] === policy && !controllerOf(replicaSet);

/** Those of the changes that change something. */
export function missingIn(labels: Readonly<Record<string, string>> = {}, changes: LabelChanges): LabelChanges {
  return Object.fromEntries(Object.entries(changes).filter(([key, value]) => (labels[key] ?? null) !== value));
}

/** The labels after the changes. */
export function changedLabels(labels: Readonly<Record<string, string>>, changes: LabelChanges): Record<string, string> {
  const merged = Object.entries({ ...labels, ...changes });
  return Object.fromEntries(merged.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
}
