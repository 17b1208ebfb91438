import type { ClusterClient } from '../../../cluster/client.js';
import { isNotFound } from '../../../cluster/api-error.js';
import { isRecord } from '../../../kubernetes/json.js';
import { pathOf, type ObjectName, type Resource } from '../../../kubernetes/objects.js';
import { groupResource, UnknownKind, type KindFinder, type KindReference } from './kind-finder.js';

/** How many Pods something is to have, whatever its kind. */
export interface ObservedScale {
  readonly resource: Resource;
  readonly uid: string;
  readonly wanted: number;
  readonly current: number;
  /** The text form; empty where the kind tells none. */
  readonly selector: string;
}

/** Reads and writes the scale subresource of any kind that discovery names. */
export class ScaleClient {
  readonly #client: ClusterClient;
  readonly #kinds: KindFinder;

  constructor(client: ClusterClient, kinds: KindFinder) {
    this.#client = client;
    this.#kinds = kinds;
  }

  /**
   * @returns undefined where there is no such object
   * @throws UnknownKind when its kind is unknown or has no scale
   * @throws ApiError for any other refusal
   */
  async read(reference: KindReference, { name, namespace = '' }: ObjectName, signal: AbortSignal): Promise<ObservedScale | undefined> {
    const { resource, scalable } = await this.#kinds.find(reference, signal);
    if (!scalable) throw new UnknownKind(`${groupResource(resource)} does not implement the scale subresource`);
    try {
      return scaleOf(resource, JSON.parse(await this.#client.raw(pathOf(resource, { namespace, name, subresource: 'scale' }), undefined, { signal })));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** @throws ApiError when it is refused */
  async write({ resource }: ObservedScale, { name, namespace = '' }: ObjectName, replicas: number, signal: AbortSignal): Promise<void> {
    await this.#client.patch(resource, { name, namespace }, { kind: 'merge', body: { spec: { replicas } } }, { subresource: 'scale', signal });
  }
}

function scaleOf(resource: Resource, answer: unknown): ObservedScale {
  const [metadata, spec, status] = ['metadata', 'spec', 'status'].map((field): Record<string, unknown> => {
    const value = isRecord(answer) ? answer[field] : undefined;
    return isRecord(value) ? value : {};
  });
  const { uid } = metadata ?? {};
  const { selector } = status ?? {};
  return {
    resource,
    uid: typeof uid === 'string' ? uid : '',
    wanted: Number(spec?.['replicas'] ?? 0),
    current: Number(status?.['replicas'] ?? 0),
    selector: typeof selector === 'string' ? selector : '',
  };
}
