import type { Representation } from '../serving/representation.js';
import { StoredObject, type Store, type StoreEvent } from '../store.js';
import type { Selection } from './selection.js';
import { WatchStream } from './watch-stream.js';

/** One watch under way. */
export interface Watch {
  readonly stream: WatchStream;
  readonly selection: Selection;
  readonly representation: Representation;
  /** The version of the newest event that was looked at. */
  version: number;
  /** Whether anything was sent. */
  begun: boolean;
}

/** Gives the events of the store to the watches; equal representations share one text per event. */
export class WatchHub {
  readonly #watches = new Map<string, Set<Watch>>();
  readonly #unsubscribe: () => void;

  constructor(store: Store) {
    this.#unsubscribe = store.onEvents((events) => {
      for (const event of events) this.#deliver(event);
    });
  }

  open(collection: string, selection: Selection, representation: Representation, version: number, onEnd: () => void): Watch {
    const watches = this.#watches.get(collection) ?? new Set();
    this.#watches.set(collection, watches);
    const stream = new WatchStream(() => {
      watches.delete(watch);
      onEnd();
    });
    const watch: Watch = { stream, selection, representation, version, begun: false };
    watches.add(watch);
    return watch;
  }

  /** Ends all watches of a collection, as when its schema changes. */
  endAll(collection: string): void {
    for (const watch of [...(this.#watches.get(collection) ?? [])]) watch.stream.end();
  }

  close(): void {
    this.#unsubscribe();
    for (const collection of this.#watches.keys()) this.endAll(collection);
  }

  #deliver(event: StoreEvent): void {
    const watches = this.#watches.get(event.stored.collection);
    if (watches === undefined) return;
    const texts = new Map<string, string>();
    for (const watch of watches) sendEvent(watch, event, texts);
  }
}

/** Sends an event if the watch selects it; an object that enters or leaves its selection is added or deleted. */
export function sendEvent(watch: Watch, event: StoreEvent, texts: Map<string, string> = new Map()): void {
  if (event.version <= watch.version) return;
  watch.version = event.version;
  const seen = asSelected(event, watch.selection);
  if (seen === undefined) return;
  const { id } = watch.representation;
  const key = `${watch.begun ? '' : 'first '}${seen.type} ${id}`;
  const known = texts.get(key);
  if (known !== undefined) watch.stream.push(known);
  else texts.set(key, send(watch, seen.type, seen.stored));
  watch.begun = true;
}

/** Sends one object. @returns the text that was sent */
export function send(watch: Watch, type: StoreEvent['type'], stored: StoredObject): string {
  const text = `{"type":"${type}","object":${watch.representation.inEvent(stored, !watch.begun)}}\n`;
  watch.begun = true;
  watch.stream.push(text);
  return text;
}

export function sendBookmark(watch: Watch, version: number, annotations?: Readonly<Record<string, string>>): void {
  watch.stream.push(`{"type":"BOOKMARK","object":${watch.representation.bookmark(String(version), annotations)}}\n`);
}

function asSelected(event: StoreEvent, selection: Selection): Pick<StoreEvent, 'type' | 'stored'> | undefined {
  const { type, stored, before } = event;
  if (!stored.key.startsWith(selection.prefix)) return undefined;
  if (selection.everything) return event;
  const was = before !== undefined && selection.matches(before.object);
  const is = type !== 'DELETED' && selection.matches(stored.object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', stored };
  if (!was) return undefined;
  return { type: 'DELETED', stored: type === 'DELETED' ? stored : formerly(before, event) };
}

/** What an object was before it left a selection, at the version of the change that took it out. */
function formerly(before: StoredObject, event: StoreEvent): StoredObject {
  const object = { ...before.object, metadata: { ...before.object.metadata, resourceVersion: String(event.version) } };
  return new StoredObject(before.collection, before.key, event.version, object);
}
