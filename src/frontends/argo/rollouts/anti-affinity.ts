import type { Affinity, PodAffinityTerm, WeightedPodAffinityTerm } from '../../../kubernetes/generated/core-v1.js';
import type { Rollout } from '../kinds/rollout.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';

type Terms = NonNullable<Affinity['podAntiAffinity']>;

/**
 * The affinity of the Pods of a version: what the template says, and while another version is stable the rule that keeps
 * them off its nodes, where the Rollout asks for it.
 * @param affinity as the template has it @param hash of the version
 */
export function affinityOf({ spec, status, metadata }: Rollout, affinity: Affinity | undefined, hash: string): Affinity | undefined {
  const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred } = spec.strategy?.canary?.antiAffinity ?? spec.strategy?.blueGreen?.antiAffinity ?? {};
  const stable = status?.stableRS ?? '';
  if ((!required && !preferred) || stable === '' || stable === hash) return affinity;
  const term: PodAffinityTerm = {
    labelSelector: { matchExpressions: [{ key: ROLLOUTS_HASH_LABEL, operator: 'In', values: [stable] }] },
    ...(metadata.namespace === undefined ? {} : { namespaces: [metadata.namespace] }),
    topologyKey: 'kubernetes.io/hostname',
  };
  const own = affinity?.podAntiAffinity ?? {};
  const terms: Terms = preferred
    ? { ...own, preferredDuringSchedulingIgnoredDuringExecution: [...(own.preferredDuringSchedulingIgnoredDuringExecution ?? []), { weight: preferred.weight, podAffinityTerm: term }] }
    : { ...own, requiredDuringSchedulingIgnoredDuringExecution: [...(own.requiredDuringSchedulingIgnoredDuringExecution ?? []), term] };
  return { ...affinity, podAntiAffinity: terms };
}

/** The affinity without that rule, whichever way it was written: as the template had it. */
export function withoutOurs(affinity: Affinity | undefined): Affinity | undefined {
  if (!affinity?.podAntiAffinity) return affinity;
  const { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required = [], preferredDuringSchedulingIgnoredDuringExecution: preferred = [], ...more }, ...others } = affinity;
  const terms = withLists(more, required.filter((term) => !isOurs(term)), preferred.filter(({ podAffinityTerm }) => !isOurs(podAffinityTerm)));
  const rest: Affinity = { ...others, ...(Object.keys(terms).length === 0 ? {} : { podAntiAffinity: terms }) };
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function withLists(more: object, required: PodAffinityTerm[], preferred: WeightedPodAffinityTerm[]): Terms {
  return {
    ...more,
    ...(required.length === 0 ? {} : { requiredDuringSchedulingIgnoredDuringExecution: required }),
    ...(preferred.length === 0 ? {} : { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
  };
}

/** Nobody but the controller knows the hashes. */
const isOurs = ({ labelSelector }: PodAffinityTerm): boolean => (labelSelector?.matchExpressions ?? []).some(({ key }) => key === ROLLOUTS_HASH_LABEL);
