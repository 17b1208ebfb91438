import { expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { lastWrites } from './last-writes.js';

it('writes first things first, and leaves in time what hangs or was not begun', async () => {
  const clock = new VirtualClock();
  const begun: number[] = [];
  let written = 0;
  const done = lastWrites([...Array(30).keys()], {
    clock, within: 2000, workers: 2,
    async write(item, signal) {
      begun.push(item);
      await clock.sleep(item === 3 ? 60_000 : 300, signal);
      written++;
    },
  });
  for (let passed = 0; passed < 30; passed++) await clock.advance(100);
  const unwritten = await done;
  expect(clock.nextDue()).toBeUndefined();
  expect(begun).toEqual([...begun].sort((one, other) => one - other));
  expect(begun.slice(0, 4)).toEqual([0, 1, 2, 3]);
  expect(unwritten).toEqual({ count: 30 - written, why: 'there was no time left after 2 s' });
  expect(written).toBeGreaterThan(4);
  expect(written).toBeLessThan(14);
});

it('goes on after one that fails, and does not wait when all is done', async () => {
  const clock = new VirtualClock();
  const write = (item: string): Promise<void> => (item === 'a' ? Promise.reject(new Error('refused')) : Promise.resolve());
  expect(await lastWrites(['a', 'b'], { clock, within: 2000, workers: 1, write })).toEqual({ count: 1, why: 'refused' });
  expect(await lastWrites(['b'], { clock, within: 2000, workers: 4, write })).toBeUndefined();
  expect(await lastWrites([], { clock, within: 2000, workers: 4, write })).toBeUndefined();
  expect([clock.now(), clock.nextDue()]).toEqual([new VirtualClock().now(), undefined]);
});
