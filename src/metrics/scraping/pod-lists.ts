import type { Informer } from '../../cluster/informer.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { HASH_LABEL } from '../../model/version.js';
import type { Clock } from '../../ports/clock.js';

/** How long a look through a namespace is good for, in milliseconds. */
const FRESH = 250;

/** Pods by version. A namespace may have hundreds of releases: its Pods are looked through once for all of them, not once for each. */
export class PodLists {
  readonly #pods: Pick<Informer<Pod>, 'list'>;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly at: number; readonly byHash: ReadonlyMap<string, readonly Pod[]> }>();

  constructor(pods: Pick<Informer<Pod>, 'list'>, clock: Clock) {
    this.#pods = pods;
    this.#clock = clock;
  }

  /** @param hashes values of the label that tells versions apart @param label that label */
  of(namespace: string, hashes: readonly string[], label = HASH_LABEL): readonly Pod[] {
    const now = this.#clock.monotonic();
    const key = `${namespace}/${label}`;
    let known = this.#known.get(key);
    if (!known || known.at <= now - FRESH) this.#known.set(key, (known = { at: now, byHash: byHash(this.#pods.list({ namespace }), label) }));
    return [...new Set(hashes)].flatMap((hash) => known.byHash.get(hash) ?? []);
  }
}

function byHash(pods: readonly Pod[], label: string): ReadonlyMap<string, readonly Pod[]> {
  const versions = new Map<string, Pod[]>();
  for (const pod of pods) {
    const hash = pod.metadata.labels?.[label];
    if (hash === undefined) continue;
    const known = versions.get(hash);
    if (known) known.push(pod);
    else versions.set(hash, [pod]);
  }
  return versions;
}
