import type { DestinationRule, DestinationRuleSpec } from '../../../kubernetes/generated/istio-v1.js';
import { parseDuration } from './durations.js';
import { HostIndex, resolveHost } from './hosts.js';
import type { SessionAffinity } from './session-affinity.js';
import { isVisible, objectTitle, type Refusals } from './refusals.js';

type TrafficPolicy = NonNullable<DestinationRuleSpec['trafficPolicy']>;
type Subset = NonNullable<DestinationRuleSpec['subsets']>[number];
type LoadBalancer = NonNullable<TrafficPolicy['loadBalancer']>;

/** What a consistent hash is taken of. */
export type HashKey =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'query'; readonly name: string }
  | { readonly kind: 'address' }
  /** `ttl` (milliseconds; 0 for the session) is set where the gateway makes the cookie itself. */
  | { readonly kind: 'cookie'; readonly name: string; readonly path: string; readonly ttl: number | undefined };

export type Balancing =
  | { readonly kind: 'random' | 'round-robin' | 'least-request' }
  | { readonly kind: 'hash'; readonly key: HashKey }
  | { readonly kind: 'session'; readonly session: SessionAffinity };

/** All rules on one host, merged. */
export interface MergedRule {
  readonly host: string;
  readonly subsets: ReadonlyMap<string, Subset>;
  readonly trafficPolicy: TrafficPolicy | undefined;
  readonly exportTo: readonly string[];
  readonly namespace: string;
  /** Why requests to this host are refused; undefined when they are not. */
  readonly refusal: string | undefined;
}

/** Rules by their namespace, then by host. */
export type RuleIndex = ReadonlyMap<string, HostIndex<MergedRule>>;

/**
 * Merges the rules on one host within a namespace as Istio does: the subsets of all (of two with one name the older rule's),
 * the traffic policy of the oldest rule that has one. @param rules oldest first
 */
export function mergeRules(rules: readonly DestinationRule[], refusals: Refusals): RuleIndex {
  const index = new Map<string, HostIndex<MergedRule>>();
  for (const rule of rules) {
    const namespace = rule.metadata.namespace ?? 'default';
    const hosts = index.get(namespace) ?? new HostIndex<MergedRule>();
    index.set(namespace, hosts);
    const host = resolveHost(rule.spec.host, namespace);
    const before = hosts.at(host);
    const subsets = new Map(before?.subsets);
    for (const subset of rule.spec.subsets ?? []) if (!subsets.has(subset.name)) subsets.set(subset.name, subset);
    const problem = refusals.of(rule);
    hosts.set(host, {
      host,
      subsets,
      trafficPolicy: before?.trafficPolicy ?? rule.spec.trafficPolicy,
      exportTo: before && before.exportTo.length > 0 ? before.exportTo : (rule.spec.exportTo ?? []),
      namespace,
      refusal: before?.refusal ?? (problem === undefined ? undefined : `${objectTitle(rule)}: ${problem}`),
    });
  }
  return index;
}

/** The rule for a host as `callerNamespace` sees it: its own namespace's, then the Service's, then `istio-system`'s. */
export function findRule(index: RuleIndex, host: string, callerNamespace: string, serviceNamespace: string | undefined): MergedRule | undefined {
  for (const namespace of [callerNamespace, serviceNamespace, 'istio-system']) {
    const rule = namespace === undefined ? undefined : index.get(namespace)?.find(host);
    if (rule && isVisible(rule.exportTo, rule.namespace, callerNamespace)) return rule;
  }
  return undefined;
}

/** How requests are spread, for a port and perhaps a subset: the most specific load balancer that is set. */
export function balancingOf(rule: MergedRule | undefined, subset: Subset | undefined, port: number): Balancing {
  const own = (policy: TrafficPolicy | Subset['trafficPolicy'] | undefined): LoadBalancer | undefined =>
    policy?.portLevelSettings?.find((setting) => setting.port?.number === port)?.loadBalancer ?? policy?.loadBalancer;
  const balancer = own(subset?.trafficPolicy) ?? own(rule?.trafficPolicy);
  const key = hashKeyOf(balancer?.consistentHash);
  if (key) return { kind: 'hash', key };
  if (balancer?.simple === 'RANDOM') return { kind: 'random' };
  return { kind: balancer?.simple === 'ROUND_ROBIN' ? 'round-robin' : 'least-request' };
}

function hashKeyOf(hash: LoadBalancer['consistentHash']): HashKey | undefined {
  if (hash?.httpHeaderName !== undefined) return { kind: 'header', name: hash.httpHeaderName.toLowerCase() };
  if (hash?.httpQueryParameterName !== undefined) return { kind: 'query', name: hash.httpQueryParameterName };
  if (hash?.useSourceIp === true) return { kind: 'address' };
  if (hash?.httpCookie === undefined) return undefined;
  const { name, path, ttl } = hash.httpCookie;
  return { kind: 'cookie', name, path: path ?? '', ttl: ttl === undefined ? undefined : parseDuration(ttl) };
}
