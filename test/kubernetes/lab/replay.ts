import type { KubernetesObject, ObjectName, Resource } from '../../../src/kubernetes/objects.js';
import type { ReleasePolicy } from '../../../src/model/release-policy.js';
import { Witness, type Watched } from '../../driver/witness.js';
import type { Recorded, Recorder } from './recorder.js';

/** How long scaling may take on a machine that has other things to do, and while no controller runs, in milliseconds. */
const GRACE = 120_000;

/** Plays the record of a namespace again, one state after the other, in the cluster's own order. */
class Replay implements Watched {
  readonly clock = { now: (): number => this.#time };
  #time = 0;
  readonly #objects = new Map<string, Map<string, KubernetesObject>>();
  readonly #ticks: (() => void)[] = [];

  onTick(look: () => void): void {
    this.#ticks.push(look);
  }

  /** Every state is looked at anyway. */
  onChange(): void {}

  objects<T extends KubernetesObject>({ group, plural }: Resource<T>): T[] {
    return [...(this.#objects.get(`${group}/${plural}`)?.values() ?? [])] as T[];
  }

  object<T extends KubernetesObject>({ group, plural }: Resource<T>, { name }: Required<ObjectName>): T | undefined {
    return this.#objects.get(`${group}/${plural}`)?.get(name) as T | undefined;
  }

  take({ collection, type, object, at }: Recorded): void {
    this.#time = Math.max(this.#time, at);
    const kind = this.#objects.get(collection) ?? new Map<string, KubernetesObject>();
    this.#objects.set(collection, kind);
    if (type === 'DELETED') kind.delete(object.metadata.name);
    else kind.set(object.metadata.name, object);
    for (const look of this.#ticks) look();
  }
}

const isAtRest = ({ collection, object }: Recorded): boolean => collection === 'serin.dev/releasepolicies' && (object as ReleasePolicy).status?.phase === 'Resting';

/** What a witness has to say of every state that a namespace was in since its policy was at rest for the first time. @param excused complaints that the test itself causes */
export function complaintsOf(recorder: Recorder, namespace: string, excused?: RegExp): string[] {
  const replay = new Replay();
  let witness: Witness | undefined;
  for (const event of recorder.history(namespace)) {
    replay.take(event);
    if (isAtRest(event)) witness ??= new Witness(replay, namespace, (complaint) => excused?.test(complaint) ?? false, GRACE);
  }
  return witness?.complaints ?? ['the policy was never at rest'];
}
