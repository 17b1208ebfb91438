import { isNotFound } from '../../../cluster/api-error.js';
import type { ClusterClient } from '../../../cluster/client.js';
import type { Resource } from '../../../kubernetes/objects.js';
import { discoverVersion, type DiscoveredVersion } from './discovery.js';

/** Names a kind, as `scaleTargetRef` and owner references do. */
export interface KindReference {
  readonly apiVersion?: string;
  readonly kind: string;
}

/** What discovery says of a kind. */
export interface FoundKind {
  readonly resource: Resource;
  /** Whether it has the scale subresource. */
  readonly scalable: boolean;
}

/** No server has that kind, or it cannot be scaled. */
export class UnknownKind extends Error {
  override readonly name = 'UnknownKind';
}

/** Finds the resources of kinds; what was found once is remembered. */
export class KindFinder {
  readonly #client: Pick<ClusterClient, 'raw'>;
  readonly #found = new Map<string, FoundKind>();

  constructor(client: Pick<ClusterClient, 'raw'>) {
    this.#client = client;
  }

  /** @throws UnknownKind; ApiError when discovery is refused */
  async find({ apiVersion = 'v1', kind }: KindReference, signal: AbortSignal): Promise<FoundKind> {
    const key = `${apiVersion} ${kind}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const { group, version, entries } = await this.#discover(apiVersion, kind, signal);
    const entry = entries.find((each) => each['kind'] === kind && typeof each['name'] === 'string' && !each['name'].includes('/'));
    const plural = entry?.['name'];
    if (typeof plural !== 'string') throw unknownKind(apiVersion, kind);
    const resource: Resource = { group, version, kind, plural, namespaced: entry?.['namespaced'] === true };
    const found = { resource, scalable: entries.some(({ name }) => name === `${plural}/scale`) };
    this.#found.set(key, found);
    return found;
  }

  async #discover(apiVersion: string, kind: string, signal: AbortSignal): Promise<DiscoveredVersion> {
    try {
      return await discoverVersion(this.#client, apiVersion, signal);
    } catch (error) {
      throw isNotFound(error) ? unknownKind(apiVersion, kind) : error;
    }
  }
}

function unknownKind(apiVersion: string, kind: string): UnknownKind {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return new UnknownKind(`no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`);
}

/** `services`, `ingresses.networking.k8s.io`: a resource as messages and paths of metrics name it. */
export function groupResource({ plural, group }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}
