import { expect, test } from 'vitest';
import { someRelease } from '../testing/some-release.js';
import { everything } from './release-filter.js';
import { createReleaseStore } from './release-store.js';

/** A store whose frames come when the test says so. */
function stepped() {
  const frames: (() => void)[] = [];
  const store = createReleaseStore((call) => frames.push(call));
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  return { store, frames, draw: () => frames.splice(0).forEach((call) => call()), told: () => told };
}

test('however many changes come before a frame, listeners are told once', () => {
  const { store, frames, draw, told } = stepped();
  for (let index = 0; index < 500; index += 1) store.put(someRelease(`shop/web-${index % 50}`, { share: index }));
  expect(frames).toHaveLength(1);
  expect(store.ids(everything)).toEqual([]);
  draw();
  expect(told()).toBe(1);
  expect(store.ids(everything)).toHaveLength(50);
  expect(store.read('shop/web-49')?.share).toBe(499);
});

test('a change that moves nothing in the list gives the same array, and another release object', () => {
  const { store, draw } = stepped();
  store.replace([someRelease('shop/web'), someRelease('shop/api')]);
  const [ids, before, other] = [store.ids(everything), store.read('shop/web'), store.read('shop/api')];
  store.put(someRelease('shop/web', { share: 700 }));
  draw();
  expect(store.ids(everything)).toBe(ids);
  expect(store.read('shop/web')).not.toBe(before);
  expect(store.read('shop/api')).toBe(other);
  store.put(someRelease('shop/web', { outcome: 'completed' }));
  draw();
  expect(store.ids(everything)).toEqual(['shop/api', 'shop/web']);
});

test('a list that was read is there at once, and takes away what it does not name', () => {
  const { store } = stepped();
  store.replace([someRelease('shop/web'), someRelease('media/api')]);
  expect(store.namespaces()).toEqual(['media', 'shop']);
  store.beginReading();
  store.replace([someRelease('shop/web')]);
  expect(store.ids(everything)).toEqual(['shop/web']);
  expect(store.size()).toBe(1);
  expect(store.namespaces()).toEqual(['shop']);
});

test('what the stream says while a list is being read is newer than the list', () => {
  const { store, draw } = stepped();
  store.replace([someRelease('shop/web'), someRelease('shop/api')]);
  store.beginReading();
  store.put(someRelease('shop/web', { share: 500 }));
  store.put(someRelease('shop/new'));
  store.remove('shop/api');
  draw();
  store.replace([someRelease('shop/web', { share: 100 }), someRelease('shop/api')]);
  expect(store.read('shop/web')?.share).toBe(500);
  expect([...store.ids(everything)].sort()).toEqual(['shop/new', 'shop/web']);
});

test('every filter has its own list, also after many others were looked through', () => {
  const { store, draw } = stepped();
  store.replace(Array.from({ length: 30 }, (_, index) => someRelease(`shop/web-${index}`)));
  for (let index = 0; index < 30; index += 1) expect(store.ids({ ...everything, search: `web-${index}` })).toContain(`shop/web-${index}`);
  store.remove('shop/web-3');
  draw();
  expect(store.ids({ ...everything, search: 'web-3' })).not.toContain('shop/web-3');
  expect(store.ids({ ...everything, search: 'web-29' })).toEqual(['shop/web-29']);
});
