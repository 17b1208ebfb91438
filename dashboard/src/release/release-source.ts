import { ApiProblem } from '../api/api-problem.js';
import type { ReleaseDetail, ReleaseHistory, ReleaseSummary, WrittenObject } from '../api/types.js';
import type { Ticking } from '../live/ticking.js';

/** What is known of one release at the moment. */
export interface ReleaseState {
  readonly detail?: ReleaseDetail;
  readonly history?: ReleaseHistory;
  readonly objects?: readonly WrittenObject[];
  /** Why it could not be read the last time; what is shown may be old. */
  readonly problem?: ApiProblem;
  /** It was deleted. */
  readonly gone: boolean;
}

/** What the stream says that matters to one release. */
export type ReleaseNews = { readonly kind: 'release'; readonly release: ReleaseSummary } | { readonly kind: 'gone' } | { readonly kind: 'reset' };

/** Where a release is read from. */
export interface ReleaseReader {
  detail(signal: AbortSignal): Promise<ReleaseDetail>;
  history(signal: AbortSignal): Promise<ReleaseHistory>;
  objects(signal: AbortSignal): Promise<readonly WrittenObject[]>;
  /** Calls the listener with news of this release until it is told to stop. */
  listen(listener: (news: ReleaseNews) => void): () => void;
}

/** The least time between two reads of the same thing, and how often what has no stream is read anew. Milliseconds. */
export interface Pace {
  readonly detail: number;
  readonly history: number;
  readonly poll: number;
}

/** Calm on both ends: a summary comes by the stream at once, the rest of a release a second later at the latest. */
export const plainPace: Pace = { detail: 1_000, history: 5_000, poll: 10_000 };

/** Reads one release and keeps it up to date from its start to its stop. */
export class ReleaseSource {
  readonly #reader: ReleaseReader;
  readonly #ticking: Pick<Ticking, 'after'>;
  readonly #pace: Pace;
  readonly #listeners = new Set<() => void>();
  #state: ReleaseState = { gone: false };
  #running: { readonly abort: AbortController; readonly parts: readonly Repeated[]; readonly end: () => void } | undefined;

  constructor(reader: ReleaseReader, ticking: Pick<Ticking, 'after'>, pace: Pace = plainPace) {
    this.#reader = reader;
    this.#ticking = ticking;
    this.#pace = pace;
  }

  /** The same object until something changed. */
  readonly read = (): ReleaseState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to read; does nothing while it does so already. */
  start(): void {
    if (this.#running) return;
    const abort = new AbortController();
    const { signal } = abort;
    const detail = new Repeated(this.#ticking, this.#pace.detail, async () => this.#take(await this.#reader.detail(signal)), (error) => this.#fail(error, signal));
    const history = new Repeated(this.#ticking, this.#pace.history, async () => this.#set({ history: await this.#reader.history(signal) }), (error) => this.#fail(error, signal));
    const objects = new Repeated(this.#ticking, this.#pace.history, async () => this.#set({ objects: await this.#reader.objects(signal) }), (error) => this.#fail(error, signal));
    const parts = [detail, history, objects];
    const all = (): void => parts.forEach((part) => part.ask());
    const unlisten = this.#reader.listen((news) => {
      if (news.kind === 'gone') return this.#set({ gone: true });
      if (news.kind === 'reset') return all();
      const moved = this.#merge(news.release);
      detail.ask();
      history.ask();
      if (moved) objects.ask();
    });
    let unpoll = (): void => {};
    const poll = (): void => {
      // Pods and evidence change without news; what has ended does not. What could not be read may be there now.
      const { detail: known, gone, problem } = this.#state;
      if ((known?.outcome === 'running' && !gone) || (problem && problem.status !== 404 && problem.status !== 403)) all();
      unpoll = this.#ticking.after(this.#pace.poll, poll);
    };
    this.#running = {
      abort, parts, end: () => {
        unlisten();
        unpoll();
      },
    };
    all();
    unpoll = this.#ticking.after(this.#pace.poll, poll);
  }

  /** Ends all reads; what was read stays. */
  stop(): void {
    this.#running?.end();
    this.#running?.parts.forEach((part) => part.stop());
    this.#running?.abort.abort();
    this.#running = undefined;
  }

  /** Reads everything anew. */
  again(): void {
    this.#running?.parts.forEach((part) => part.ask());
  }

  /** Takes over what an action answered, before the stream says so. */
  told(release: ReleaseSummary): void {
    this.#merge(release);
    this.again();
  }

  /** @returns whether it is at another place of its plan than before */
  #merge(release: ReleaseSummary): boolean {
    const { detail } = this.#state;
    if (!detail || detail.uid !== release.uid) return true;
    this.#set({ detail: { ...detail, ...release }, gone: false });
    return detail.phase !== release.phase || detail.step.index !== release.step.index || detail.share !== release.share;
  }

  #take(detail: ReleaseDetail): void {
    const { problem: _, ...rest } = this.#state;
    this.#state = { ...rest, detail, gone: false };
    this.#tell();
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const problem = error instanceof ApiProblem ? error : new ApiProblem(0, 'Unknown', error instanceof Error ? error.message : String(error));
    // Somebody may see a release but not all that it wrote; that is no trouble.
    if (problem.status === 403 && this.#state.detail) return;
    this.#set({ problem, ...(problem.status === 404 && this.#state.detail ? { gone: true } : {}) });
  }

  #set(change: Partial<ReleaseState>): void {
    this.#state = { ...this.#state, ...change };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Runs one thing whenever it is asked to: never twice at once, and not again before some time has passed. */
class Repeated {
  readonly #ticking: Pick<Ticking, 'after'>;
  readonly #least: number;
  readonly #run: () => Promise<void>;
  readonly #fail: (error: unknown) => void;
  #busy = false;
  #asked = false;
  #stopped = false;
  #cancel: (() => void) | undefined;

  constructor(ticking: Pick<Ticking, 'after'>, least: number, run: () => Promise<void>, fail: (error: unknown) => void) {
    this.#ticking = ticking;
    this.#least = least;
    this.#run = run;
    this.#fail = fail;
  }

  ask(): void {
    if (this.#stopped) return;
    if (this.#busy || this.#cancel) {
      this.#asked = true;
      return;
    }
    this.#busy = true;
    this.#asked = false;
    void this.#run().catch(this.#fail).finally(() => {
      this.#busy = false;
      if (this.#stopped) return;
      this.#cancel = this.#ticking.after(this.#least, () => {
        this.#cancel = undefined;
        if (this.#asked) this.ask();
      });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }
}
