import type { Informer } from '../cluster/informer.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { controllerOf } from '../kubernetes/owners.js';
import { PAUSING_POLICY } from '../model/admission.js';
import type { Approval } from '../model/approval.js';
import { hasEnded, type Release } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { namedGatewayRoutes, namedVirtualServices } from '../model/policy/named-routes.js';
import { RELEASE_LABEL, serinResources } from '../model/resources.js';
import type { Caches } from './caches.js';
import { releasesFrozenBy } from './freezes.js';
import { namesTemplate } from './templates.js';

/** What the queue is asked to look at. */
export type Subject = { readonly kind: 'policy' | 'release'; readonly namespace: string; readonly name: string };

export const subjectKey = ({ kind, namespace, name }: Subject): string => `${kind}/${namespace}/${name}`;

/** Reads a key back. @throws Error for text that `subjectKey` never made */
export function parseSubject(key: string): Subject {
  const [kind, namespace, name] = key.split('/');
  if ((kind !== 'policy' && kind !== 'release') || namespace === undefined || name === undefined) throw new Error(`"${key}" is not a key of the queue`);
  return { kind, namespace, name };
}

/** Which policies and releases a change of an object may matter to. */
export class Triggers {
  readonly #policies = new Map<string, Set<string>>();
  readonly #caches: () => Caches;
  readonly #add: (subject: Subject, urgency?: { readonly urgent: boolean }) => void;

  /** @param caches asked late, because the first changes come while they are being made */
  constructor(caches: () => Caches, add: (subject: Subject, urgency?: { readonly urgent: boolean }) => void) {
    this.#caches = caches;
    this.#add = add;
  }

  /** Listens to everything that an informer tells. */
  watch<T extends KubernetesObject>(informer: Informer<T>): void {
    const { kind } = informer.resource;
    informer.onChange((change) => {
      const { object } = change;
      const namespace = object.metadata.namespace ?? '';
      switch (kind) {
        case 'ReleasePolicy':
          // Whoever leaves the queue lets the others move up.
          if (isQueued(object) ? change.type === 'deleted' : change.type === 'changed' && isQueued(change.before)) this.#waiting();
          return this.#policyChanged(object as unknown as ReleasePolicy, change.type === 'deleted');
        case 'Release':
          // What somebody tells a release, such as to abort, is not to wait behind a thousand others.
          this.#add({ kind: 'release', namespace, name: object.metadata.name }, { urgent: change.type === 'changed' && change.before.metadata.generation !== object.metadata.generation });
          // A release that ends makes a place free.
          if (change.type === 'deleted' || hasEnded((object as unknown as Release).status?.phase ?? 'Preparing')) this.#waiting();
          return this.#touch(namespace, String(policyNameOf(object)));
        case 'Deployment':
          return this.#workload(namespace, object.metadata.name);
        case 'ReplicaSet':
          return this.#replicaSet(object);
        case 'Pod':
          return this.#pod(object);
        case 'Job':
          return this.#releaseNamed(namespace, object.metadata.labels?.[RELEASE_LABEL]);
        case 'Approval':
          return this.#releaseNamed(namespace, (object as unknown as Approval).spec.release, { urgent: change.type === 'added' });
        case serinResources.freezeWindows.kind:
        case serinResources.clusterFreezeWindows.kind:
          for (const { metadata } of releasesFrozenBy(object, this.#caches())) this.#releaseNamed(metadata.namespace ?? '', metadata.name, { urgent: true });
          return;
        case serinResources.metricTemplates.kind:
        case serinResources.clusterMetricTemplates.kind:
          return this.everyPolicy((policy) => namesTemplate(policy, object));
        case 'ValidatingAdmissionPolicy':
        case 'ValidatingAdmissionPolicyBinding':
          return;
        case 'MutatingAdmissionPolicy':
        case 'MutatingAdmissionPolicyBinding':
          return object.metadata.name === PAUSING_POLICY ? this.everyPolicy() : undefined;
        case 'GatewayClass':
          return this.everyPolicy(({ spec }) => (spec.router?.gatewayApi ?? spec.router?.twoServices?.routes) !== undefined);
        default:
          return this.#routing(namespace, change.type === 'changed' ? [object, change.before] : [object]);
      }
    });
  }

  /** All policies of the cluster that something without a namespace matters to. */
  everyPolicy(matters: (policy: ReleasePolicy) => boolean = () => true): void {
    for (const policy of this.#caches().policies.list()) if (matters(policy)) this.#touch(policy.metadata.namespace ?? '', policy.metadata.name);
  }

  #policyChanged(policy: ReleasePolicy, deleted: boolean): void {
    const namespace = policy.metadata.namespace ?? '';
    const names = this.#policies.get(namespace) ?? new Set();
    if (deleted) names.delete(policy.metadata.name);
    else names.add(policy.metadata.name);
    this.#policies.set(namespace, names);
    this.#touch(namespace, policy.metadata.name);
    // A policy that came or went may make way for another one on the same workload.
    if (deleted) this.#namespace(namespace);
  }

  /** The policy, and the release of it that may be under way. */
  #touch(namespace: string, name: string): void {
    this.#add({ kind: 'policy', namespace, name });
    const release = this.#caches().policies.get({ namespace, name })?.status?.release;
    if (release !== undefined) this.#add({ kind: 'release', namespace, name: release });
  }

  /** All policies, and releases that have not begun, that wait for a place. */
  #waiting(): void {
    for (const { metadata, status } of this.#caches().policies.list()) {
      if (status?.queuedAt !== undefined) this.#add({ kind: 'policy', namespace: metadata.namespace ?? '', name: metadata.name });
    }
    for (const { metadata, status } of this.#caches().releases.list()) {
      if (status?.held?.for === 'place') this.#add({ kind: 'release', namespace: metadata.namespace ?? '', name: metadata.name });
    }
  }

  #releaseNamed(namespace: string, name: string | undefined, urgency = { urgent: false }): void {
    if (name !== undefined) this.#add({ kind: 'release', namespace, name }, urgency);
  }

  #workload(namespace: string, deployment: string): void {
    for (const policy of this.#caches().policies.list({ namespace })) {
      const { workload } = policy.spec;
      if (workload.deployment === deployment || workload.versions?.list.some((version) => version.deployment === deployment)) this.#touch(namespace, policy.metadata.name);
    }
  }

  /** Policies that list a ReplicaSet as a version of its own. */
  #version(namespace: string, replicaSet: string): void {
    for (const { metadata, spec } of this.#caches().policies.list({ namespace })) {
      if (spec.workload.versions?.list.some((version) => version.replicaSet === replicaSet)) this.#touch(namespace, metadata.name);
    }
  }

  #replicaSet(object: KubernetesObject): void {
    const namespace = object.metadata.namespace ?? '';
    const { kind } = controllerOf(object) ?? {};
    // What a Deployment or one of ours controls is no version by itself.
    if (kind !== 'Deployment' && kind !== 'ReleasePolicy' && kind !== 'Release') this.#version(namespace, object.metadata.name);
    for (const owner of object.metadata.ownerReferences ?? []) {
      if (owner.kind === 'Deployment') this.#workload(namespace, owner.name);
      else if (owner.kind === 'ReleasePolicy') this.#touch(namespace, owner.name);
      else if (owner.kind === 'Release') this.#add({ kind: 'release', namespace, name: owner.name });
    }
  }

  #pod(object: KubernetesObject): void {
    const owner = controllerOf(object);
    const namespace = object.metadata.namespace ?? '';
    const replicaSet = owner?.kind === 'ReplicaSet' ? this.#caches().replicaSets.get({ namespace, name: owner.name }) : undefined;
    if (replicaSet) this.#replicaSet(replicaSet);
  }

  /** Only policies that a routing object can matter to: each release writes some, and a namespace may have hundreds. */
  #routing(namespace: string, states: readonly KubernetesObject[]): void {
    const reached = reachedServices(states);
    for (const { metadata, spec } of this.#caches().policies.list({ namespace })) {
      const named = namedRoutes(spec.router).has(states[0]?.metadata.name ?? '');
      if (named || reached === 'any' || servicesOf(spec).some((service) => reached.has(service))) this.#touch(namespace, metadata.name);
    }
  }

  #namespace(namespace: string): void {
    for (const name of this.#policies.get(namespace) ?? []) this.#touch(namespace, name);
  }
}

const isQueued = (policy: KubernetesObject): boolean => (policy as unknown as ReleasePolicy).status?.queuedAt !== undefined;

/** Names of the routing objects that a policy names itself. */
function namedRoutes(router: ReleasePolicy['spec']['router']): ReadonlySet<string> {
  const { ingressNginx, twoServices } = router ?? {};
  const beside = [...(twoServices?.ingresses ?? []).flatMap(({ name, canaryName }) => [name, canaryName]), ...(twoServices?.destinationRule ? [twoServices.destinationRule.name] : [])];
  return new Set([...[...namedVirtualServices(router), ...namedGatewayRoutes(router)].map(({ name }) => name), ...(ingressNginx?.ingresses ?? []), ...beside]);
}

/** Every Service that a policy has to do with. */
function servicesOf({ service, canaryService, workload, router }: ReleasePolicy['spec']): string[] {
  return [service, service && `${service}-canary`, canaryService, router?.twoServices?.stable, router?.twoServices?.canary, ...(workload.versions?.list ?? []).map((version) => version.service)].filter((name) => name !== undefined);
}

/** Names of the Services that routing objects lead to or are. */
function reachedServices(states: readonly KubernetesObject[]): ReadonlySet<string> | 'any' {
  const names = new Set<string>();
  for (const object of states) {
    switch (object.kind) {
      case 'Service':
        names.add(object.metadata.name);
        break;
      case 'EndpointSlice':
        names.add(object.metadata.labels?.['kubernetes.io/service-name'] ?? '');
        break;
      case 'VirtualService':
      case 'DestinationRule':
        addHosts(object, names);
        break;
      default:
        return 'any';
    }
  }
  return names.has('*') ? 'any' : names;
}

/** Collects the first part of everything that is called a host, at any depth. */
function addHosts(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'host' && typeof item === 'string') names.add(item.split('.')[0] ?? '');
    else addHosts(item, names);
  }
}

function policyNameOf(object: KubernetesObject): unknown {
  const spec: unknown = Reflect.get(object, 'spec');
  return typeof spec === 'object' && spec !== null ? Reflect.get(spec, 'policy') : undefined;
}
