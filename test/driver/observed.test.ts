import { afterEach, beforeEach, expect, it } from 'vitest';
import { noObserver } from '../../src/controller/observer.js';
import type { Release } from '../../src/model/release.js';
import { Driver } from './driver.js';
import { policy, setImage, settle, untilPhase } from './program.js';

let driver: Driver;
let ended: Release[];
let passes: string[];

beforeEach(async () => {
  ended = [];
  passes = [];
  driver = new Driver({ observer: { ...noObserver, ended: (release) => void ended.push(release), passed: (kind, result) => void passes.push(`${kind} ${result}`) } });
  await driver.start();
});
afterEach(() => driver.stop());

it('each release is told of once, as it ended, and never again by whoever leads next', async () => {
  await settle(driver, { policy: policy([{ weight: 50 }, { pause: { for: '5s' } }]) });
  await setImage(driver, 'web:v2');
  await untilPhase(driver, ['Completed']);
  await driver.pass(30);
  await driver.killController();
  await driver.startController();
  await driver.pass(30);
  expect(ended.map(({ metadata, status }) => [metadata.name, status?.phase])).toEqual([['web-1', 'Completed']]);
  expect(Date.parse(ended[0]?.status?.endedAt ?? '') - Date.parse(ended[0]?.status?.startedAt ?? '')).toBeGreaterThan(5000);
});

it('a release that is taken back tells why, and passes tell what came of them', async () => {
  driver.traffic.failing.canary = 0.5;
  await settle(driver, { policy: policy([{ weight: 50 }, { analyze: { for: '1m' } }]) });
  await setImage(driver, 'web:v2');
  await untilPhase(driver, ['Aborted']);
  expect(ended.map(({ status }) => [status?.phase, status?.abortReason])).toEqual([['Aborted', 'TooManyFailures']]);
  expect(new Set(passes)).toContain('release done');
  expect(new Set(passes)).toContain('policy done');
});
