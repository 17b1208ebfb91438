import { isForbidden, isNotFound } from '../cluster/api-error.js';
import type { ClusterClient } from '../cluster/client.js';
import { LeaseView } from '../cluster/lease-record.js';
import type { Lease } from '../kubernetes/generated/coordination-v1.js';
import type { ManagedFieldsEntry } from '../kubernetes/generated/meta-v1.js';
import { isRecord } from '../kubernetes/json.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import type { Clock } from '../ports/clock.js';

/** How often Leases are looked at, in milliseconds. */
const LOOK = 10_000;
/** Under which name we write. */
const OWN_MANAGER = 'serin';

/** The controller that a front end stands in for. */
export interface OriginalController {
  /** As in "… holds the Lease". */
  readonly title: string;
  /** What its objects are called, one of them. */
  readonly object: string;
  /** Where its Leases are, and what they are called. */
  readonly leases: { readonly namespace: string; readonly name: RegExp };
  /** What only it writes in the status, as `f:phase`; what people and tools write as well is not among them. */
  readonly statusFields: readonly string[];
  /** For how long somebody who wrote a status is thought to be at work, in milliseconds. */
  readonly quiet: number;
  /** What to do, in a sentence. */
  readonly remedy: string;
}

export interface OtherControllerOptions {
  readonly original: OriginalController;
  readonly client: ClusterClient;
  readonly clock: Clock;
  /** The one namespace that is worked in; then there is no right to see the Leases of another. */
  readonly namespace?: string;
  /** Called when somebody begins or ends to hold the Lease. */
  readonly onChange: () => void;
  readonly onError: (error: Error) => void;
}

interface StatusWriter {
  readonly manager: string;
  readonly time: string;
}

/** Who else looks after a kind of object. */
export interface Other {
  /** Its name, which does not change while it is the same one. */
  readonly name: string;
  /** In a sentence with the remedy. */
  readonly text: string;
  /** When it is worth looking again, milliseconds since the epoch. */
  readonly until: number;
}

/** Where there is no other controller that objects could come from. */
export const nobodyElse: Pick<OtherController, 'about'> = { about: () => undefined };

/** Watches whether the controller that objects come from is at work: by its Lease, and by who writes their status. */
export class OtherController {
  readonly #options: OtherControllerOptions;
  readonly #stopping = new AbortController();
  readonly #views = new Map<string, LeaseView>();
  readonly #first: Promise<void>;
  readonly #looking: Promise<void>;
  /** By the uid of the object. */
  readonly #writers = new Map<string, StatusWriter>();
  #holder: string | undefined;
  /** Until when somebody held a Lease who does not any more, milliseconds since the epoch: what was written until then tells of nobody who is at work. */
  #gone = 0;

  constructor(options: OtherControllerOptions) {
    this.#options = options;
    this.#first = options.namespace === undefined ? this.#look() : Promise.resolve();
    this.#looking = options.namespace === undefined ? this.#first.then(() => this.#keepLooking()) : Promise.resolve();
  }

  /** Resolves when the Leases were looked at once, or cannot be. */
  untilKnown(): Promise<void> {
    return this.#first;
  }

  /** Whether somebody holds the Lease. */
  get isHeld(): boolean {
    return this.#holder !== undefined;
  }

  /** Who else looks after this object; undefined when nobody does. @param found with managedFields */
  about(found: KubernetesObject): Other | undefined {
    const { clock, original: { object, quiet, remedy } } = this.#options;
    const now = clock.now();
    if (this.#holder !== undefined) return { name: this.#holder, text: `${this.#holder}. ${remedy}`, until: now + LOOK };
    const writer = this.#writerOf(found, now);
    return writer && { name: writer.manager, text: `${writer.manager} wrote the status of this ${object} at ${writer.time}. ${remedy}`, until: Date.parse(writer.time) + quiet };
  }

  /** What we write ourselves, to say so, may take the fields that the other one had: who was seen once is remembered for as long. */
  #writerOf({ metadata }: KubernetesObject, now: number): StatusWriter | undefined {
    const { original } = this.#options;
    const uid = metadata.uid ?? '';
    const writer = statusWriter(metadata.managedFields ?? [], original, now) ?? this.#writers.get(uid);
    if (writer === undefined) return undefined;
    const isQuiet = Date.parse(writer.time) <= this.#gone || Date.parse(writer.time) + original.quiet <= now;
    if (isQuiet) this.#writers.delete(uid);
    else this.#writers.set(uid, writer);
    return isQuiet ? undefined : writer;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped'));
    await this.#looking;
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#options.clock.sleep(LOOK, signal).catch(() => undefined);
      if (!signal.aborted) await this.#look();
    }
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { client, clock, original: { title, leases }, onChange, onError } = this.#options;
    try {
      const { items } = await client.list(resources.leases, { namespace: leases.namespace, signal: this.#stopping.signal });
      const known = items.filter(({ metadata }) => leases.name.test(metadata.name));
      const held = known.find((lease) => this.#viewOf(lease).remaining(lease, clock.monotonic()) > 0);
      this.#gone = held ? 0 : Math.max(0, ...known.map(lastHeld));
      const holder = held && `${title} holds the Lease ${leases.namespace}/${held.metadata.name} (${held.spec.holderIdentity ?? ''})`;
      const isNews = holder !== this.#holder;
      this.#holder = holder;
      if (isNews) onChange();
    } catch (error) {
      // Whoever may not see Leases goes by who writes the status.
      if (this.#stopping.signal.aborted || isForbidden(error) || isNotFound(error)) return;
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #viewOf({ metadata }: Lease): LeaseView {
    const view = this.#views.get(metadata.name) ?? new LeaseView();
    this.#views.set(metadata.name, view);
    return view;
  }
}

/** When the holder of a Lease renewed it last, with the seconds for which it may have gone on; milliseconds since the epoch. */
const lastHeld = ({ spec: { renewTime, leaseDurationSeconds = 0 } }: Lease): number => (renewTime === undefined ? 0 : Date.parse(renewTime) + leaseDurationSeconds * 1000);

/** Who wrote, not long ago, what only a controller writes. */
function statusWriter(entries: readonly ManagedFieldsEntry[], { statusFields, quiet }: OriginalController, now: number): StatusWriter | undefined {
  for (const { manager = '', subresource, fieldsV1, time } of entries) {
    if (manager === OWN_MANAGER || time === undefined || Date.parse(time) + quiet <= now) continue;
    const fields: unknown = isRecord(fieldsV1) ? fieldsV1['f:status'] : undefined;
    if (subresource !== undefined && subresource !== 'status') continue;
    if (isRecord(fields) && statusFields.some((field) => field in fields)) return { manager, time };
  }
  return undefined;
}
