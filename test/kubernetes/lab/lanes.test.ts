import { expect, it } from 'vitest';
import { laneOf, lanes } from './lanes.js';

it('knows the lane of a test', () => {
  expect(laneOf(new URL('../lanes/whole-releases/canary.test.ts', import.meta.url).pathname)).toBe('whole-releases');
  expect(laneOf(new URL('../data-planes/traefik.test.ts', import.meta.url).pathname)).toBe('traefik');
  expect(laneOf(import.meta.filename)).toBeUndefined();
});

it('says why a lane cannot run', () => {
  for (const { missing } of lanes({ SERIN_LAB_NETWORK: 'unshare failed: Operation not permitted' })) {
    expect(missing).toContain('no network of its own: unshare failed: Operation not permitted');
  }
});

it('runs on somebody’s own cluster what needs no programs of this machine', () => {
  const missing = (name: string): readonly string[] => lanes({ SERIN_LAB_KUBECONFIG: '/tmp/theirs' }).find((lane) => lane.name === name)?.missing ?? [];
  expect(missing('whole-releases')).toContain('the cluster of SERIN_LAB_KUBECONFIG is used, on which no programs of this machine run');
  expect(missing('many-releases').filter((each) => !each.startsWith('kwok'))).toEqual([]);
});
