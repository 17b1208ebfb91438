import { setMaxListeners } from 'node:events';
import type { Listener } from './listener.js';

export interface WantedListener {
  /** Says all that the listener depends on: one with another key is another listener. */
  readonly key: string;
  /** How the listener speaks, where that can change under one key: one that speaks otherwise is closed and opened anew. */
  readonly manner?: string;
  open(): Promise<Listener>;
}

/** Keeps exactly those listeners open that are wanted. */
export class Listeners {
  readonly #open = new Map<string, Listener>();
  readonly #manners = new Map<string, string | undefined>();
  readonly #closing = new Set<Promise<void>>();
  readonly #deadline = new AbortController();
  readonly #onProblem: (key: string, problem: Error) => void;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  /** What could not be opened and why, so that each problem is told once. */
  readonly #problems = new Map<string, string>();

  constructor(onProblem: (key: string, problem: Error) => void) {
    this.#onProblem = onProblem;
    setMaxListeners(0, this.#deadline.signal);
  }

  get(key: string): Listener | undefined {
    return this.#open.get(key);
  }

  /** Opens what is missing and lets go of what is no longer wanted. @returns false when something could not be opened */
  async reconcile(wanted: readonly WantedListener[]): Promise<boolean> {
    let complete = true;
    this.#work = this.#work.then(async () => {
      const keys = new Map(wanted.map(({ key, manner }) => [key, manner]));
      for (const [key, listener] of this.#open) {
        if (!keys.has(key) || keys.get(key) !== this.#manners.get(key)) this.#close(key, listener);
      }
      for (const key of this.#problems.keys()) if (!keys.has(key)) this.#problems.delete(key);
      for (const { key, manner, open } of wanted) {
        if (this.#stopped || this.#open.has(key)) continue;
        try {
          this.#open.set(key, await open());
          this.#manners.set(key, manner);
          this.#problems.delete(key);
        } catch (error) {
          complete = false;
          const problem = error instanceof Error ? error : new Error(String(error));
          if (this.#problems.get(key) !== problem.message) this.#onProblem(key, problem);
          this.#problems.set(key, problem.message);
        }
      }
    });
    await this.#work;
    return complete;
  }

  /** Closes all and waits until what is under way has ended, or until `deadline`. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    await this.#work;
    const breakOff = (): void => this.#deadline.abort();
    if (deadline.aborted) breakOff();
    else deadline.addEventListener('abort', breakOff, { once: true });
    for (const [key, listener] of this.#open) this.#close(key, listener);
    await Promise.all(this.#closing);
    deadline.removeEventListener('abort', breakOff);
  }

  #close(key: string, listener: Listener): void {
    this.#open.delete(key);
    this.#manners.delete(key);
    const closed = listener.close(this.#deadline.signal);
    this.#closing.add(closed);
    void closed.finally(() => this.#closing.delete(closed));
  }
}
