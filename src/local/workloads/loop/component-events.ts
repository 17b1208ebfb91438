import type { ClusterClient } from '../../../cluster/client.js';
import { createEventRecorder, type EventNote, type EventRecorder } from '../../../cluster/event-recorder.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Clock } from '../../../ports/clock.js';
import type { Log } from './log.js';

/** Writes the Events of all controllers, each under its own name. */
export class ComponentEvents {
  readonly #recorders = new Map<string, EventRecorder>();
  readonly #start: (component: string) => EventRecorder;

  constructor(client: ClusterClient, clock: Clock, log: Log) {
    const onError = (error: Error): void => log.debug({ error: error.message }, 'event not written');
    this.#start = (component) => createEventRecorder({ client, clock, component, instance: 'local', onError });
  }

  /** @param component who tells, such as `replicaset-controller` */
  record(component: string, about: KubernetesObject, note: EventNote): void {
    const recorder = this.#recorders.get(component) ?? this.#start(component);
    this.#recorders.set(component, recorder);
    recorder.record(about, note);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#recorders.values()].map((recorder) => recorder.stop()));
  }
}
