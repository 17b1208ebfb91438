import type { Rollout } from '../../../frontends/argo/kinds/rollout.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { controllerOf } from '../../../kubernetes/owners.js';
import type { Release } from '../../../model/release.js';
import type { Caches } from '../../caches.js';
import type { ArgoCaches } from '../argo-caches.js';
import type { RolloutName } from './context.js';

/** Tells which Rollouts a change of an object may matter to. */
export class ConcernedRollouts {
  readonly #caches: Pick<Caches, 'replicaSets' | 'policies'>;
  readonly #argo: () => Pick<ArgoCaches, 'rollouts'>;
  /** What a Rollout names, by the object: asked at every change around it. */
  readonly #named = new WeakMap<Rollout, ReadonlySet<string>>();

  constructor(caches: Pick<Caches, 'replicaSets' | 'policies'>, argo: () => Pick<ArgoCaches, 'rollouts'>) {
    this.#caches = caches;
    this.#argo = argo;
  }

  of(object: KubernetesObject): readonly RolloutName[] {
    const { kind, metadata: { namespace = '', name, labels } } = object;
    switch (kind) {
      case 'Rollout':
        return [{ namespace, name }];
      case 'Pod': {
        const owner = controllerOf(object);
        const replicaSet = owner?.kind === 'ReplicaSet' ? this.#caches.replicaSets.get({ namespace, name: owner.name }) : undefined;
        return replicaSet ? this.#owner(replicaSet) : [];
      }
      case 'ReleasePolicy':
      case 'AnalysisRun':
      case 'Experiment':
        return this.#owner(object);
      case 'Release': {
        const policy = this.#caches.policies.get({ namespace, name: (object as unknown as Release).spec.policy });
        return policy ? this.#owner(policy) : [];
      }
      case 'ReplicaSet':
        return [...this.#owner(object), ...this.#naming(namespace, name)];
      case 'EndpointSlice':
        return this.#naming(namespace, labels?.['kubernetes.io/service-name'] ?? '');
      // They may be another namespace's.
      case 'ClusterAnalysisTemplate':
      case 'VirtualService':
        return this.#naming(undefined, name);
      default:
        return [...this.#owner(object), ...this.#naming(namespace, name)];
    }
  }

  #owner(object: KubernetesObject): RolloutName[] {
    const owner = controllerOf(object);
    return owner?.kind === 'Rollout' && owner.apiVersion.startsWith('argoproj.io/') ? [{ namespace: object.metadata.namespace ?? '', name: owner.name }] : [];
  }

  #naming(namespace: string | undefined, name: string): RolloutName[] {
    if (name === '') return [];
    return this.#argo()
      .rollouts.list(namespace === undefined ? {} : { namespace })
      .filter((rollout) => this.#namedBy(rollout).has(name))
      .map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
  }

  #namedBy(rollout: Rollout): ReadonlySet<string> {
    const known = this.#named.get(rollout);
    if (known) return known;
    const names = new Set<string>();
    const { strategy, workloadRef } = rollout.spec;
    collect([strategy, workloadRef], names);
    this.#named.set(rollout, names);
    return names;
  }
}

/** All texts at any depth; of `name.namespace` the name as well. */
function collect(value: unknown, names: Set<string>): void {
  if (typeof value === 'string') {
    names.add(value);
    if (value.includes('.')) names.add(value.slice(0, value.indexOf('.')));
  } else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) collect(each, names);
}
