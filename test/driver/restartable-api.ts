import type { User, Users } from '../../src/local/api/request/users.js';
import { TransportError } from '../../src/cluster/transport-error.js';
import { createApi, type Api } from '../../src/local/api/api.js';
import type { Store, StoreEvent } from '../../src/local/api/store.js';
import type { Clock } from '../../src/ports/clock.js';
import type { FaultPort } from '../../src/ports/fault-port.js';
import { seededRandom } from '../../src/ports/random.js';
import type { Transport } from '../../src/ports/transport.js';
import { savableStore, type SavableStore, type SavedGame } from './saved-game.js';

interface Life {
  readonly saved: SavableStore;
  readonly api: Api;
  /** Rejects when the server dies; every answer that is not out by then never comes. */
  readonly death: Promise<never>;
  readonly die: () => void;
}

export interface RestartableApiOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly game?: SavedGame | undefined;
  /** People by their tokens. */
  readonly users?: Users | undefined;
  /** Asked at every commit: before, and after; answers whether the server dies there. */
  readonly diesAt?: (boundary: string) => boolean;
}

/**
 * A local API server that may die at a commit and is started again from what was durable by then. Clients keep their
 * transport: while the server is dead it refuses connections.
 */
export class RestartableApi {
  readonly #options: RestartableApiOptions;
  readonly #commitListeners: ((event: StoreEvent) => void)[] = [];
  readonly #changeListeners: ((event: StoreEvent) => void)[] = [];
  #lives = 0;
  #begun: Life | undefined;
  #dead = false;

  constructor(options: RestartableApiOptions) {
    this.#options = options;
  }

  get #life(): Life {
    return (this.#begun ??= this.#begin(this.#options.game));
  }

  get isDead(): boolean {
    return this.#dead;
  }

  get store(): Store {
    return this.#life.saved.store;
  }

  save(): SavedGame {
    return this.#life.saved.save();
  }

  onCommit(each: (event: StoreEvent) => void): void {
    this.#commitListeners.push(each);
  }

  onChange(each: (event: StoreEvent) => void): void {
    this.#changeListeners.push(each);
  }

  /** Begins with these objects instead of none. @throws Error when it was asked something before */
  load(game: SavedGame): void {
    if (this.#begun) throw new Error('the API server runs already: load a game before the first request');
    this.#begun = this.#begin(game);
  }

  /** Starts a dead server again. */
  restart(): void {
    if (!this.#dead) return;
    this.#begun = this.#begin(this.#life.saved.save());
    this.#dead = false;
  }

  close(): Promise<void> {
    return this.#life.api.close();
  }

  /** The way to whichever server lives. @param user who asks; the administrator when absent */
  transport(user?: User): Transport {
    const refused = (path: string): TransportError => new TransportError(path, Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    return {
      request: async (request) => {
        if (this.#dead) throw refused(request.path);
        const { api, death } = this.#life;
        return Promise.race([api.transport(user).request(request), death]);
      },
      stream: async (request) => {
        if (this.#dead) throw refused(request.path);
        const { api, death } = this.#life;
        const answer = await Promise.race([api.transport(user).stream(request), death]);
        return { ...answer, chunks: untilDeath(answer.chunks, death) };
      },
    };
  }

  #begin(game: SavedGame | undefined): Life {
    const { clock, seed, diesAt, users } = this.#options;
    let die = (): void => undefined;
    const death = new Promise<never>((_, reject) => {
      die = () => reject(new TransportError('request', Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })));
    });
    death.catch(() => undefined);
    const faults: FaultPort = {
      reach: (boundary) => {
        if (diesAt?.(boundary) !== true) return Promise.resolve();
        this.#dead = true;
        die();
        // Nothing that comes behind this boundary is ever done.
        return new Promise(() => undefined);
      },
    };
    const saved = savableStore(() => clock.now(), game, faults);
    saved.onCommit((event) => this.#commitListeners.forEach((each) => each(event)));
    saved.store.onEvents((events) => events.forEach((event) => this.#changeListeners.forEach((each) => each(event))));
    // Drawn anew, so that no object gets the uid of one that is in the game.
    const random = seededRandom(seed + 1000 * this.#lives++ + 7919 * (game?.content.version ?? 0));
    return { saved, api: createApi({ store: saved.store, clock, random, ...(users === undefined ? {} : { users }) }), death, die };
  }
}

async function* untilDeath(chunks: AsyncIterable<string>, death: Promise<never>): AsyncGenerator<string> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), death]);
    if (next.done === true) return;
    yield next.value;
  }
}
