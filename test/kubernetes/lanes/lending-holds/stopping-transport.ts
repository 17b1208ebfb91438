import { isRecord } from '../../../../src/kubernetes/json.js';
import type { ReplicaSet } from '../../../../src/kubernetes/generated/apps-v1.js';
import type { Release } from '../../../../src/model/release.js';
import type { ApiRequest, ApiResponse, Transport } from '../../../../src/ports/transport.js';
import type { Moment } from '../../../driver/mid-release/scenes.js';

/** How many writes are shown. */
const SHOWN = 15;

/** What is known of a namespace from the answers to the controller's writes. */
interface Watched {
  readonly isThere: (moment: Moment) => boolean;
  release: Release | undefined;
  readonly sizes: Map<string, { asked: number; pods: number }>;
  stopped: boolean;
}

/** As if the controller died in single namespaces: from a moment on none of its writes there reaches the API server. */
export class StoppingTransport {
  readonly #namespaces = new Map<string, Watched>();
  readonly #tried = new Map<string, string[]>();

  /** Stops it right after the write that brings the moment. */
  stopAt(namespace: string, isThere: (moment: Moment) => boolean): void {
    this.#namespaces.set(namespace, { isThere, release: undefined, sizes: new Map(), stopped: false });
  }

  hasStopped(namespace: string): boolean {
    return this.#namespaces.get(namespace)?.stopped === true;
  }

  /** Lets writes through again everywhere. */
  goOn(): void {
    this.#namespaces.clear();
  }

  /** The last writes in a namespace and how they were answered, for messages of failing tests. */
  tried(namespace: string): readonly string[] {
    return this.#tried.get(namespace) ?? [];
  }

  wrap(inner: Transport): Transport {
    return { request: (request) => this.#request(inner, request), stream: (request) => inner.stream(request) };
  }

  async #request(inner: Transport, request: ApiRequest): Promise<ApiResponse> {
    if (request.method === 'GET') return inner.request(request);
    const namespace = /\/namespaces\/([^/]+)\//.exec(request.path)?.[1] ?? '';
    const watched = this.#namespaces.get(namespace);
    if (!watched) {
      const answer = await inner.request(request);
      this.#tried.set(namespace, [...(this.#tried.get(namespace) ?? []), `${request.method} ${request.path} ${answer.status}`].slice(-SHOWN));
      return answer;
    }
    if (watched.stopped) throw new Error('stopped');
    const answer = await inner.request(request);
    if (answer.status < 300) learn(watched, request.path, answer.body);
    return answer;
  }
}

function learn(watched: Watched, path: string, body: string): void {
  const object: unknown = JSON.parse(body);
  if (!isRecord(object)) return;
  if (object['kind'] === 'Release') watched.release = object as unknown as Release;
  if (object['kind'] === 'ReplicaSet') {
    const { metadata, spec } = object as unknown as ReplicaSet;
    // Its Pods follow, whoever looks.
    watched.sizes.set(metadata.name, { asked: spec.replicas ?? 1, pods: spec.replicas ?? 1 });
  }
  watched.stopped = path.includes('/events') ? watched.stopped : watched.release?.status !== undefined && watched.isThere({ release: watched.release, sizes: watched.sizes });
}
