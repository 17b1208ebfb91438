import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FaultPort } from '../../ports/fault-port.js';
import { lmdbStore } from './lmdb-store.js';
import type { Store, Transaction } from './store.js';

const COLLECTION = '/configmaps';

/** One write: what it stores under some keys; undefined deletes. */
type Write = readonly (readonly [key: string, data: number | undefined])[];
type State = ReadonlyMap<string, number>;

const write = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(fc.nat(99), { nil: undefined })), { minLength: 1, maxLength: 3 });
/** Writes of one batch are decided together and so committed in one or two groups. */
const batches = fc.array(fc.array(write, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });

function decide(transaction: Transaction, changes: Write): void {
  for (const [key, data] of changes) {
    if (data === undefined) transaction.delete(COLLECTION, key);
    else transaction.put(COLLECTION, key, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: key, labels: { data: String(data) } } });
  }
}

function after(state: State, changes: Write): State {
  const next = new Map(state);
  for (const [key, data] of changes) {
    if (data === undefined) next.delete(key);
    else next.set(key, data);
  }
  return next;
}

const contentOf = (store: Store): State => new Map(store.list(COLLECTION).map(({ key, object }) => [key, Number(object.metadata.labels?.['data'])]));

/** Ends the process, as far as the store can tell, when the boundary is reached for the n-th time. */
function deathAt(boundary: number): FaultPort & { reached: string[] } {
  const reached: string[] = [];
  return {
    reached,
    reach: async (name) => {
      reached.push(name);
      if (reached.length > boundary) throw new Error('the process ended');
    },
  };
}

async function inDirectory<R>(act: (directory: string) => Promise<R>): Promise<R> {
  const directory = await mkdtemp(join(tmpdir(), 'serin-crash-'));
  try {
    return await act(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs all batches until the process ends. @returns what was acknowledged, of what was decided */
async function runUntilDeath(directory: string, work: readonly (readonly Write[])[], faults: FaultPort & { reached: string[] }, boundary: number) {
  const store = lmdbStore(directory, { faults });
  const decided: Write[] = [];
  let acknowledged = 0;
  for (const batch of work) {
    const results = await Promise.allSettled(
      batch.map((changes) => {
        decided.push(changes);
        return store.write((transaction) => decide(transaction, changes));
      }),
    );
    acknowledged += results.filter(({ status }) => status === 'fulfilled').length;
    if (faults.reached.length > boundary) break;
  }
  await store.close();
  return { decided, acknowledged };
}

test('a restart at any boundary of a commit loses no acknowledged write, invents none, and keeps groups whole', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (work) => {
      const whole = deathAt(Infinity);
      await inDirectory((directory) => runUntilDeath(directory, work, whole, Infinity));
      for (const [boundary, name] of whole.reached.entries()) {
        await inDirectory(async (directory) => {
          const { decided, acknowledged } = await runUntilDeath(directory, work, deathAt(boundary), boundary);
          const states = decided.reduce<State[]>((all, changes) => [...all, after(all.at(-1) ?? new Map(), changes)], [new Map()]);
          const store = lmdbStore(directory);
          const found = contentOf(store);
          // Before the boundary of a commit nothing of its group is there; after it, all of it is, though nobody was told.
          const possible = name.endsWith('before') ? [states[acknowledged]] : states.slice(acknowledged);
          expect(possible).toContainEqual(found);
          expect(store.list(COLLECTION).every(({ version }) => version <= store.version)).toBe(true);
          // Its history leads from nothing to what is there.
          const replayed = new Map<string, number>();
          for (const { type, stored } of store.eventsAfter(0, COLLECTION) ?? []) {
            if (type === 'DELETED') replayed.delete(stored.key);
            else replayed.set(stored.key, Number(stored.object.metadata.labels?.['data']));
          }
          expect(replayed).toEqual(found);
          // And it goes on: a new write gets a version that no one has seen.
          const seen = store.version;
          await store.write((transaction) => decide(transaction, [['e', 1]]));
          expect(store.version).toBeGreaterThan(seen);
          await store.close();
        });
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);
