import type { Pod } from '../../kubernetes/generated/core-v1.js';
import type { NetworkPolicy } from '../../kubernetes/generated/networking-v1.js';
import { matchesLabelSelector } from '../../kubernetes/selectors.js';

type Labels = Readonly<Record<string, string>>;
type Rule = NonNullable<NetworkPolicy['spec']['ingress']>[number];

/** Somebody who wants to reach a Pod. */
export interface Caller {
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly podLabels: Labels;
}

/**
 * The NetworkPolicies that keep a caller from a port of a Pod; none where one of them lets it through, or none is for the Pod.
 * Blocks of addresses may be the caller's, so they count as letting it through.
 */
export function keptOut(pod: Pod, port: number, caller: Caller, policies: readonly NetworkPolicy[]): readonly NetworkPolicy[] {
  const { namespace = '', labels = {} } = pod.metadata;
  const selecting = policies.filter(({ metadata, spec }) => metadata.namespace === namespace && (spec.policyTypes ?? ['Ingress']).includes('Ingress') && matchesLabelSelector(spec.podSelector ?? {}, labels));
  return selecting.some(({ spec }) => (spec.ingress ?? []).some((rule) => lets(rule, pod, port, caller))) ? [] : selecting;
}

function lets({ ports = [], from = [] }: Rule, pod: Pod, port: number, { namespace, namespaceLabels, podLabels }: Caller): boolean {
  const own = pod.metadata.namespace === namespace;
  const toPort = ports.length === 0 || ports.some((each) => (each.protocol ?? 'TCP') === 'TCP' && isPort(each.port, each.endPort, pod, port));
  return toPort && (from.length === 0 || from.some((peer) => {
    if (peer.ipBlock) return true;
    const inNamespace = peer.namespaceSelector ? matchesLabelSelector(peer.namespaceSelector, namespaceLabels) : own;
    return inNamespace && (!peer.podSelector || matchesLabelSelector(peer.podSelector, podLabels));
  }));
}

function isPort(wanted: number | string | undefined, last: number | undefined, pod: Pod, port: number): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted === 'number') return last === undefined ? wanted === port : wanted <= port && port <= last;
  return (pod.spec?.containers ?? []).some(({ ports = [] }) => ports.some(({ name, containerPort }) => name === wanted && containerPort === port));
}
