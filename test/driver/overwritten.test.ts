import { describe, expect, it } from 'vitest';
import { Driver, resources, serinResources } from './driver.js';
import { getRelease, namespace, patchRelease, policy, setImage, settle, untilPhase, virtualService, web } from './program.js';

/** Share of the second version in per cent, as the route says. */
const written = (driver: Driver): number | undefined => driver.object(resources.virtualServices, web)?.spec.http?.[0]?.route?.[1]?.weight;
const message = (driver: Driver): string => driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status?.message ?? '';
const putBack = (driver: Driver): Promise<unknown> =>
  driver.run(() => driver.client.patch(resources.virtualServices, web, { kind: 'merge', body: { spec: virtualService.spec } }, { fieldManager: 'gitops' }));
const again = (driver: Driver): number => driver.events.filter(({ code }) => code === 'RoutesWrittenAgain').length;

/** Plays with a release that pauses at 50 %. */
async function atHalf(test: (driver: Driver) => Promise<void>): Promise<void> {
  const driver = new Driver({ seed: 31 });
  await driver.start();
  try {
    await settle(driver, { policy: policy([{ weight: 50 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await driver.until('it pauses at 50 %', () => message(driver).startsWith('Pauses until someone') && written(driver) === 50);
    await test(driver);
  } finally {
    await driver.stop();
  }
}

describe('a route that somebody else puts back', () => {
  it('once: the release holds, says when it writes it once more, and goes on by itself', () =>
    atHalf(async (driver) => {
      await putBack(driver);
      await driver.pass(3);
      expect(message(driver)).toMatch(/"gitops" put back its destinations.*It is written once more at \d\d:\d\d:\d\d UTC\. To end it: .*ignoreDifferences/);
      await driver.pass(20);
      expect(written(driver)).toBeUndefined();
      await driver.until('it is written once more', () => written(driver) === 50, 12);
      expect(again(driver)).toBe(1);
      await driver.pass(5);
      expect(message(driver)).toMatch(/^Pauses until someone/);
      await patchRelease(driver, 'web-1', { advanceTo: 2 });
      await untilPhase(driver, ['Completed']);
    }));

  it('and again: the release holds until a person goes on', () =>
    atHalf(async (driver) => {
      await putBack(driver);
      await driver.until('it is written once more', () => again(driver) === 1 && written(driver) === 50, 60);
      await driver.pass(40);
      await putBack(driver);
      await driver.pass(200);
      expect(written(driver)).toBeUndefined();
      expect(again(driver)).toBe(1);
      expect(message(driver)).toMatch(/"gitops" put back its destinations; Serin does not fight over it\. To end it/);
      expect((await getRelease(driver))?.status).toMatchObject({ phase: 'Progressing', step: { index: 1 }, intent: { share: 500 } });
      await patchRelease(driver, 'web-1', { advanceTo: 2 });
      await untilPhase(driver, ['Completed']);
    }));

  it('always and at once: there is no war of writes', () =>
    atHalf(async (driver) => {
      let [writes, fights] = [0, false];
      driver.onChange(({ stored }) => {
        if (stored.collection === 'networking.istio.io/virtualservices' && written(driver) !== undefined) writes++;
      });
      driver.onTick(() => {
        if (fights && written(driver) !== undefined) void driver.client.patch(resources.virtualServices, web, { kind: 'merge', body: { spec: virtualService.spec } }, { fieldManager: 'gitops' });
      });
      await putBack(driver);
      fights = true;
      await driver.pass(300);
      expect(again(driver)).toBe(1);
      expect(writes).toBeGreaterThan(0);
      expect(writes).toBeLessThan(5);
      expect(message(driver)).toMatch(/does not fight over it\. To end it/);
    }));

  it('before an abort: nothing is written for the version that is taken back', () =>
    atHalf(async (driver) => {
      await putBack(driver);
      await driver.pass(3);
      await patchRelease(driver, 'web-1', { abort: true });
      await untilPhase(driver, ['Aborted']);
      expect(again(driver)).toBe(0);
    }));
});
