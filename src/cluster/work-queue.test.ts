import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../ports/virtual-clock.js';
import { DueTimes } from './due-times.js';
import { createWorkQueue, URGENT_ROUNDS, type WorkResult } from './work-queue.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a work queue', () => {
  it('works on each key once, however often it was added', async () => {
    const done: string[] = [];
    const queue = createWorkQueue(async (key) => void done.push(key), { clock: new VirtualClock() });
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    expect(done).toEqual([]);
    await queue.untilIdle();
    expect(done).toEqual(['a', 'b']);
    await queue.stop();
  });

  it('works again on what was added meanwhile, and never twice at once', async () => {
    const release: (() => void)[] = [];
    let [running, most] = [0, 0];
    const queue = createWorkQueue(
      async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => release.push(resolve));
        running--;
      },
      { clock: new VirtualClock(), workers: 4 },
    );
    queue.add('a');
    await settled();
    for (let i = 0; i < 3; i++) queue.add('a');
    await settled();
    expect(release).toHaveLength(1);
    release.shift()?.();
    await settled();
    expect(release).toHaveLength(1);
    release.shift()?.();
    await queue.untilIdle();
    expect(most).toBe(1);
    await queue.stop();
  });

  it('works on what is urgent before everything else, for some rounds', async () => {
    const done: string[] = [];
    let rounds = 0;
    const queue = createWorkQueue(
      async (key) => {
        done.push(key);
        // What it writes brings an urgent key back, and others come meanwhile.
        if (key === 'urgent' && ++rounds <= URGENT_ROUNDS) queue.add('urgent');
        if (key === 'urgent') queue.add(`other-${rounds}`);
      },
      { clock: new VirtualClock() },
    );
    for (const key of ['a', 'b', 'urgent']) queue.add(key);
    queue.add('urgent', { urgent: true });
    await queue.untilIdle();
    const first = Array.from({ length: URGENT_ROUNDS }, () => 'urgent');
    expect(done.slice(0, URGENT_ROUNDS + 3)).toEqual(['a', ...first, 'b', 'other-1']);
    expect(done.filter((key) => key === 'urgent')).toHaveLength(URGENT_ROUNDS + 1);
    expect(new Set(done).size).toBe(3 + URGENT_ROUNDS + 1);
    await queue.stop();
  });

  it('works on what is urgent before all others, and where all workers are busy too', async () => {
    const begun: string[] = [];
    const release: (() => void)[] = [];
    const queue = createWorkQueue(
      async (key) => {
        begun.push(key);
        await new Promise<void>((resolve) => release.push(resolve));
      },
      { clock: new VirtualClock(), workers: 1 },
    );
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    queue.add('c', { urgent: true });
    await settled();
    expect(begun).toEqual(['a', 'c']);
    // As many again and no more; what runs already is not run twice, and comes right after.
    queue.add('d', { urgent: true });
    queue.add('a', { urgent: true });
    await settled();
    expect(begun).toEqual(['a', 'c']);
    release.shift()?.();
    await settled();
    expect(begun).toEqual(['a', 'c', 'd']);
    for (let turn = 0; turn < 5; turn++) {
      for (const each of release.splice(0)) each();
      await settled();
    }
    expect(begun).toEqual(['a', 'c', 'd', 'a', 'b']);
    await queue.stop();
  });

  it('tries what failed again after a growing delay, and forgets that after a success', async () => {
    const clock = new VirtualClock();
    const start = clock.monotonic();
    const at: number[] = [];
    const failures: number[] = [];
    const queue = createWorkQueue(
      async () => {
        at.push(clock.monotonic() - start);
        if (at.length < 4 || at.length === 5) throw new Error('not yet');
      },
      { clock, random: () => 1, backoff: { first: 100, longest: 300 }, onError: (_, __, count) => failures.push(count) },
    );
    queue.add('a');
    await clock.advance(1000);
    queue.add('a');
    await clock.advance(1000);
    expect(at).toEqual([0, 100, 300, 600, 1000, 1100]);
    expect(failures).toEqual([1, 2, 3, 1]);
    await queue.stop();
  });

  it('keeps the earliest of several times, and takes again what the work asks for', async () => {
    const clock = new VirtualClock();
    const start = clock.monotonic();
    const at: string[] = [];
    const queue = createWorkQueue(
      async (key): Promise<WorkResult | void> => {
        at.push(`${key} ${clock.monotonic() - start}`);
        if (key === 'b' && at.length < 4) return { againAfter: 50 };
      },
      { clock },
    );
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('b', 30);
    queue.addAfter('dropped', 40);
    queue.drop('dropped');
    await clock.advance(1000);
    expect(at).toEqual(['b 30', 'b 80', 'a 100', 'b 130']);
    await queue.stop();
  });

  it('waits at its stop for what is under way and begins nothing more', async () => {
    const seen: string[] = [];
    const queue = createWorkQueue(
      async (key, signal) => {
        seen.push(`begin ${key}`);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => setImmediate(resolve)));
        seen.push(`end ${key}`);
        throw new Error('aborted');
      },
      { clock: new VirtualClock(), onError: () => seen.push('error') },
    );
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 1);
    await settled();
    await queue.stop();
    queue.add('d');
    await settled();
    expect(seen).toEqual(['begin a', 'end a']);
    expect(queue.busy).toBe(0);
  });

  it('always comes to rest with every key worked on after it was last added', async () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), wait: fc.nat(40), delay: fc.nat(60), take: fc.nat(30), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 3 }), async (steps, workers) => {
        const clock = new VirtualClock();
        const lastBegun = new Map<string, number>();
        const running = new Set<string>();
        let turn = 0;
        const queue = createWorkQueue(
          async (key) => {
            expect(running.has(key)).toBe(false);
            expect(running.size).toBeLessThan(workers);
            running.add(key);
            lastBegun.set(key, clock.monotonic());
            const { take = 0, fails = false } = steps[turn++ % steps.length] ?? {};
            await clock.sleep(take);
            running.delete(key);
            if (fails && turn < 40) throw new Error('chance');
          },
          { clock, random: () => 0.5, workers, backoff: { first: 5, longest: 50 } },
        );
        const due = new Map<string, number>();
        for (const { key, wait, delay } of steps) {
          queue.addAfter(key, delay);
          due.set(key, clock.monotonic() + delay);
          await clock.advance(wait);
        }
        await clock.advance(5000);
        expect(queue.busy).toBe(0);
        for (const key of due.keys()) expect(lastBegun.has(key)).toBe(true);
        await queue.stop();
      }),
      { numRuns: 25 },
    );
  });
});

describe('due times', () => {
  it('come in order of time, with the earliest of each key', () => {
    const entry = fc.record({ key: fc.constantFrom(...'abcdefgh'), at: fc.nat(50), drop: fc.boolean() });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const times = new DueTimes();
        const model = new Map<string, number>();
        for (const { key, at, drop } of entries) {
          if (drop) {
            times.delete(key);
            model.delete(key);
          } else {
            times.set(key, at);
            model.set(key, Math.min(at, model.get(key) ?? Infinity));
          }
        }
        expect(times.size).toBe(model.size);
        const taken: [number, string][] = [];
        for (let next = times.next(); next !== undefined; next = times.next()) taken.push([next, times.take(next) ?? '?']);
        expect(taken.map(([at]) => at)).toEqual([...model.values()].sort((a, b) => a - b));
        expect(Object.fromEntries(taken.map(([at, key]) => [key, at]))).toEqual(Object.fromEntries(model));
      }),
    );
  });
});
