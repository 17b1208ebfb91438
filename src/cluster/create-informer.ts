import { abortReason, systemClock, type Clock } from '../ports/clock.js';
import { parseFieldSelector } from '../kubernetes/field-selectors.js';
import { isRecord } from '../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { parseLabelSelector } from '../kubernetes/selectors.js';
import type { Random } from '../ports/random.js';
import type { BackoffLimits } from './backoff.js';
import { ChangeFeed } from './change-feed.js';
import type { ClusterClient, WatchEvent } from './client.js';
import type { RunningInformer } from './informer.js';
import { keyOf } from './object-store.js';
import { reflect, type ReflectorSink } from './reflector.js';
import { Refreshing } from './refreshing.js';
import { WatchedCache } from './watched-cache.js';

export interface InformerOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Ends the informer, as `stop()` does. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Jitter of back-off and watch length. */
  readonly random?: Random;
  /** Told of every list that came in, the first and those after a fault. */
  readonly onListed?: () => void;
  /** Told of each fault that is being mended, and of what a listener throws. Nothing is ever fatal. */
  readonly onError?: (error: Error) => void;
  readonly backoff?: Partial<BackoffLimits>;
  /** A watch without any event, bookmarks included, for so long is replaced; default 90,000 ms. `Infinity` for never. */
  readonly idleMilliseconds?: number;
  /** Length of a watch, jittered up to twice this; default 300 s. */
  readonly watchSeconds?: number;
  /** At the first reconnect after this, everything is listed anew to be sure; default one hour. */
  readonly relistAfterMilliseconds?: number;
  /** `managedFields` are dropped on the way in unless asked for, of all objects or of some: they are half of most objects. */
  readonly keepManagedFields?: boolean | ((object: KubernetesObject) => boolean);
}

/**
 * Starts a cache of one resource that is kept true until `stop()` or the signal. Listeners that are added before the first
 * `await` see everything. Objects in the cache are shared: never change them.
 * @throws SelectorError, Error when a selector cannot be parsed
 */
export function createInformer<T extends KubernetesObject>(
  client: ClusterClient,
  resource: Resource<T>,
  options: InformerOptions = {},
): RunningInformer<T> {
  const onError = options.onError ?? (() => undefined);
  const feed = new ChangeFeed<T>(onError);
  const cache = new WatchedCache<T>(matcherOf(options), (change) => feed.tell(change));
  const stopping = new AbortController();
  const stopped = (): void => stopping.abort(options.signal ? abortReason(options.signal) : undefined);
  if (options.signal?.aborted) stopped();
  else options.signal?.addEventListener('abort', stopped, { once: true });

  const { keepManagedFields: keeps = false } = options;
  const strip = (object: T): T => (keeps === true || (keeps !== false && keeps(object)) ? object : withoutManagedFields(object));
  const syncing = new AbortController();
  const sink: ReflectorSink<T> = {
    beginList: () => cache.beginList(),
    replace: (list, items, version) => {
      cache.replace(list, items.map(strip), version);
      syncing.abort();
      options.onListed?.();
    },
    apply: (event: WatchEvent<T>) => cache.apply(event.type === 'BOOKMARK' ? event : { ...event, object: strip(event.object) }),
  };
  const { namespace, labelSelector, fieldSelector } = options;
  const refreshing = new Refreshing();
  const running = Promise.resolve().then(() =>
    reflect(
      client,
      resource,
      sink,
      {
        selection: {
          ...(namespace === undefined ? {} : { namespace }),
          ...(labelSelector === undefined ? {} : { labelSelector }),
          ...(fieldSelector === undefined ? {} : { fieldSelector }),
        },
        clock: options.clock ?? systemClock,
        random: options.random ?? Math.random,
        onError,
        backoff: { first: 500, longest: 30_000, ...options.backoff },
        idle: options.idleMilliseconds ?? 90_000,
        watchSeconds: options.watchSeconds ?? 300,
        refreshing,
        relistAfter: options.relistAfterMilliseconds ?? 3_600_000,
      },
      stopping.signal,
    ),
  );

  return {
    resource,
    get synced() {
      return syncing.signal.aborted;
    },
    get: (name) => cache.objects.get(keyOf(name)),
    list: (filter = {}) => (filter.namespace === undefined ? cache.objects.all() : cache.objects.inNamespace(filter.namespace)),
    controlledBy: (uid) => cache.objects.controlledBy(uid),
    onChange: (listener) => feed.subscribe(listener),
    untilSynced: (signal) => untilAborted(syncing.signal, [stopping.signal, ...(signal ? [signal] : [])]),
    refresh: () => refreshing.ask(),
    remember: (object) => cache.remember(strip(object)),
    forget: (object) => cache.forget(object),
    async stop() {
      stopping.abort(new Error('the informer is stopped'));
      options.signal?.removeEventListener('abort', stopped);
      await running;
    },
  };
}

/** Resolves at the abort of `wanted`; rejects with the reason of the first of `others` that is aborted before. */
function untilAborted(wanted: AbortSignal, others: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = others.find((other) => other.aborted);
    if (wanted.aborted) return resolve();
    if (aborted) return reject(abortReason(aborted));
    const done = new AbortController();
    wanted.addEventListener('abort', () => (done.abort(), resolve()), { once: true, signal: done.signal });
    for (const other of others) {
      other.addEventListener('abort', () => (done.abort(), reject(abortReason(other))), { once: true, signal: done.signal });
    }
  });
}

function withoutManagedFields<T extends KubernetesObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Whether an object is in what the informer looks at. */
function matcherOf<T extends KubernetesObject>({ namespace, labelSelector, fieldSelector }: InformerOptions): (object: T) => boolean {
  const labels = labelSelector === undefined || labelSelector === '' ? undefined : parseLabelSelector(labelSelector);
  const fields = fieldSelector === undefined || fieldSelector === '' ? undefined : parseFieldSelector(fieldSelector);
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (labels === undefined || labels.matches(object.metadata.labels)) &&
    (fields === undefined || fields.matches((path) => fieldAt(object, path)));
}

/** Text of the field at a dotted path; empty where there is none, as field selectors want it. */
function fieldAt(object: unknown, path: string): string {
  let value: unknown = object;
  for (const part of path.split('.')) value = isRecord(value) ? value[part] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
