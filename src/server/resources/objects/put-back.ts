import { applyJsonPatch } from '../../../kubernetes/patch/json-patch.js';
import { applyMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import type { Release } from '../../../model/release.js';
import { configuredRouter } from '../../../routers/registry.js';
import type { Found, RoutingWrite } from '../../../routers/router.js';

/** Objects as they are, by kind, namespace and name. */
export class FoundObjects implements Found {
  readonly now: number;
  readonly #home: string;
  readonly #objects = new Map<string, { readonly resource: Resource<KubernetesObject>; readonly object: KubernetesObject }>();

  /** @param home the namespace of what names none @param now milliseconds since the epoch */
  constructor(home: string, now: number) {
    this.#home = home;
    this.now = now;
  }

  put(resource: Resource<KubernetesObject>, object: KubernetesObject): void {
    this.#objects.set(this.#key(resource, object.metadata.name, object.metadata.namespace), { resource, object });
  }

  remove(resource: Resource<KubernetesObject>, name: string, namespace?: string): void {
    this.#objects.delete(this.#key(resource, name, namespace));
  }

  get<T extends KubernetesObject>(resource: Resource<T>, name: string, namespace?: string) {
    const found = this.#objects.get(this.#key(resource, name, namespace));
    return found && { object: found.object as T, unchangedSince: 0 };
  }

  list<T extends KubernetesObject>(resource: Resource<T>, namespace = this.#home): T[] {
    return [...this.#objects.values()].flatMap(({ resource: own, object }) => (own.plural === resource.plural && own.group === resource.group && (!own.namespaced || object.metadata.namespace === namespace) ? [object as T] : []));
  }

  /** All of them with their kinds. */
  all(): { readonly resource: Resource<KubernetesObject>; readonly object: KubernetesObject }[] {
    return [...this.#objects.values()];
  }

  #key(resource: Resource<KubernetesObject>, name: string, namespace = this.#home): string {
    return `${resource.group}/${resource.plural}/${resource.namespaced ? namespace : ''}/${name}`;
  }
}

/** A plan to put things back goes by stages; more of them than this there are not. */
const STAGES = 8;

/**
 * The objects as they are after the release has put back what it claimed: its router is asked for the way back, and goes it on a
 * copy. What it cannot say is left as it is.
 */
export function putBack(release: Release, found: FoundObjects): FoundObjects {
  const { router, config } = configuredRouter(release.spec.router);
  const { metadata, spec, status } = release;
  const namespace = metadata.namespace ?? '';
  const copy = new FoundObjects(namespace, found.now);
  for (const { resource, object } of found.all()) copy.put(resource, object);
  const service = spec.service ?? '';
  const context = { namespace, policy: spec.policy, service, canaryService: spec.canaryService ?? `${service === '' ? spec.policy : service}-canary`, after: { lead: 'stable' as const }, ...(status?.shares?.written ? { lastWritten: { shares: status.shares.written } } : {}) };
  for (let stage = 0; stage < STAGES; stage++) {
    const next = router.release(config, copy, status?.claims ?? [], context).stages.find(({ writes }) => writes.length > 0);
    if (!next) break;
    for (const write of next.writes) carryOut(write, copy);
  }
  return copy;
}

function carryOut(write: RoutingWrite, objects: FoundObjects): void {
  const { resource } = write;
  if (write.action === 'create') return objects.put(resource, write.object);
  if (write.action === 'delete') return objects.remove(resource, write.name, write.namespace);
  const object = objects.get(resource, write.name, write.namespace)?.object;
  if (!object) return;
  const changed = write.patchKind === 'json' ? applyJsonPatch(object, write.patch) : applyMergePatch(object, write.patch);
  objects.put(resource, changed as KubernetesObject);
}
