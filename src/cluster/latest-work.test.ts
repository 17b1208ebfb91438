import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { VirtualClock } from '../ports/virtual-clock.js';
import { LatestWork } from './latest-work.js';

it.each(Array.from({ length: 10 }, (_, turns) => turns))('does what is asked for %i turns after it began', async (turns) => {
  const done: number[] = [];
  const work = new LatestWork<number>(new VirtualClock(), (wanted) => {
    done.push(wanted);
    return Promise.resolve(true);
  });
  work.ask(1);
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  work.ask(2);
  await setImmediate();
  expect(done).toEqual([1, 2]);
  await work.stop();
  work.ask(3);
  expect(done).toEqual([1, 2]);
});

it('does again what failed, or what is newer', async () => {
  const clock = new VirtualClock();
  const done: number[] = [];
  const work = new LatestWork<number>(clock, (wanted) => {
    done.push(wanted);
    return Promise.resolve(done.length > 2);
  });
  work.ask(1);
  await clock.advance(500);
  expect(done).toEqual([1, 1]);
  work.ask(2);
  await clock.advance(2_000);
  expect(done).toEqual([1, 1, 2]);
  await work.stop();
});

it('waits as long as the work says', async () => {
  const clock = new VirtualClock();
  const at: number[] = [];
  const start = clock.now();
  const work = new LatestWork<number>(clock, () => {
    at.push(clock.now() - start);
    return Promise.resolve(at.length > 2 ? true : 100 * at.length);
  });
  work.ask(1);
  await clock.advance(1000);
  await work.settled();
  expect(at).toEqual([0, 100, 300]);
});
