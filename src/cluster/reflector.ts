import { abortReason, type Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { MalformedAnswer } from './api-answer.js';
import { ApiError, isGone } from './api-error.js';
import { Backoff, type BackoffLimits } from './backoff.js';
import type { ClusterClient, ListOptions, WatchEvent } from './client.js';
import type { Refreshing } from './refreshing.js';

/** Who takes in what a reflector finds. */
export interface ReflectorSink<T> {
  /** A list is about to be asked for. @returns its number */
  beginList(): number;
  replace(list: number, items: readonly T[], resourceVersion: string): void;
  apply(event: WatchEvent<T>): void;
}

export interface ReflectorOptions {
  readonly selection: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>;
  readonly clock: Clock;
  readonly random: Random;
  /** What went wrong and is being mended; never fatal. */
  readonly onError: (error: Error) => void;
  readonly backoff: BackoffLimits;
  /** A watch without any event for so long is taken for dead, in milliseconds. */
  readonly idle: number;
  /** The server is asked to end a watch after this many seconds, or up to twice as many. */
  readonly watchSeconds: number;
  /** Whether a new list is asked for before its time. */
  readonly refreshing: Refreshing;
  /** A cache whose list is older than this many milliseconds is listed anew at the next reconnect. */
  readonly relistAfter: number;
}

/** A watch of at least this length counts as healthy, even when nothing happened. */
const HEALTHY_MILLISECONDS = 10_000;
/** Time that a server may take beyond `timeoutSeconds` to end a watch. */
const SLACK_MILLISECONDS = 15_000;

/** Lists and watches until the signal is aborted, whatever happens on the way. Never rejects. */
export async function reflect<T extends KubernetesObject>(
  client: ClusterClient,
  resource: Resource<T>,
  sink: ReflectorSink<T>,
  options: ReflectorOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options;
  const backoff = new Backoff(options.backoff, options.random);
  let version: string | undefined;
  let listedAt = 0;

  while (!signal.aborted) {
    try {
      // A list that fails is asked for again.
      if (options.refreshing.take()) version = undefined;
      if (version === undefined || clock.monotonic() - listedAt > options.relistAfter) {
        const number = sink.beginList();
        const list = await client.list(resource, { ...options.selection, signal });
        if (signal.aborted) return;
        sink.replace(number, list.items, list.resourceVersion);
        version = list.resourceVersion;
        listedAt = clock.monotonic();
      }
      const watch = new WatchRun(client, resource, sink, options, version, signal);
      try {
        await watch.run();
      } finally {
        version = watch.version;
        if (watch.healthy) backoff.reset();
      }
      // A server that ends each watch at once must not be asked in a tight loop.
      if (!watch.healthy) await clock.sleep(backoff.next(), signal);
    } catch (error) {
      if (signal.aborted) return;
      const failure = error instanceof Error ? error : new Error(String(error));
      if (needsList(failure)) version = undefined;
      // History that has run out is the normal end of a quiet watch: the first time, list at once and say nothing.
      if (isGone(failure) && backoff.failures === 0) {
        backoff.next();
        continue;
      }
      options.onError(failure);
      const asked = failure instanceof ApiError ? (failure.retryAfterSeconds ?? 0) : 0;
      await clock.sleep(backoff.next(asked), signal).catch(() => undefined);
    }
  }
}

/** Whether only a new list can mend this: the version is too old, from the future, or an event could not be read. */
function needsList(error: Error): boolean {
  if (error instanceof MalformedAnswer) return true;
  if (!(error instanceof ApiError)) return false;
  const tooLarge = (error.status.details?.causes ?? []).some(({ reason }) => reason === 'ResourceVersionTooLarge');
  return tooLarge || (error.code >= 400 && error.code < 500 && error.code !== 429);
}

/** One watch with its own deadlines. */
class WatchRun<T extends KubernetesObject> {
  readonly #client: ClusterClient;
  readonly #resource: Resource<T>;
  readonly #sink: ReflectorSink<T>;
  readonly #options: ReflectorOptions;
  readonly #signal: AbortSignal;
  readonly #startedAt: number;
  #version: string;
  #lastEventAt: number;
  #events = 0;

  constructor(
    client: ClusterClient,
    resource: Resource<T>,
    sink: ReflectorSink<T>,
    options: ReflectorOptions,
    version: string,
    signal: AbortSignal,
  ) {
    this.#client = client;
    this.#resource = resource;
    this.#sink = sink;
    this.#options = options;
    this.#version = version;
    this.#signal = signal;
    this.#startedAt = options.clock.monotonic();
    this.#lastEventAt = this.#startedAt;
  }

  /** The newest version that the watch told. */
  get version(): string {
    return this.#version;
  }

  /** It told something, or lasted. */
  get healthy(): boolean {
    return this.#events > 0 || this.#options.clock.monotonic() - this.#startedAt >= HEALTHY_MILLISECONDS;
  }

  /** Ends when the server ends the watch, or at one of the deadlines. @throws as `ClusterClient.watch` */
  async run(): Promise<void> {
    const { random, watchSeconds, selection } = this.#options;
    const timeoutSeconds = Math.ceil(watchSeconds * (1 + random()));
    const ending = new AbortController();
    const onAbort = (): void => ending.abort(abortReason(this.#signal));
    this.#signal.addEventListener('abort', onAbort, { once: true });
    if (this.#signal.aborted) onAbort();
    const stay = this.#options.refreshing.while(() => ending.abort(new WatchOverdue('what is known is doubted')));
    const overdue = this.#untilOverdue(timeoutSeconds * 1000 + SLACK_MILLISECONDS, ending);
    try {
      const events = this.#client.watch(this.#resource, {
        ...selection,
        resourceVersion: this.#version,
        timeoutSeconds,
        signal: ending.signal,
      });
      for await (const event of events) {
        if (ending.signal.aborted) break;
        this.#take(event);
      }
    } catch (error) {
      if (!(ending.signal.reason instanceof WatchOverdue)) throw error;
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
      stay();
      ending.abort(new Error('the watch has ended'));
      await overdue;
    }
  }

  #take(event: WatchEvent<T>): void {
    this.#events++;
    this.#lastEventAt = this.#options.clock.monotonic();
    this.#sink.apply(event);
    const version = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
    if (version !== undefined && version !== '') this.#version = version;
  }

  /** Ends the watch when it was silent too long, or when the server forgot to end it. */
  async #untilOverdue(longest: number, ending: AbortController): Promise<void> {
    const { clock, idle } = this.#options;
    try {
      for (;;) {
        const now = clock.monotonic();
        const due = Math.min(this.#lastEventAt + idle, this.#startedAt + longest);
        if (now >= due) return ending.abort(new WatchOverdue('the watch was silent too long'));
        await clock.sleep(due - now, ending.signal);
      }
    } catch {
      // The watch ended first.
    }
  }
}

class WatchOverdue extends Error {}
