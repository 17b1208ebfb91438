import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HASH_LABEL } from '../../src/model/version.js';
import { Driver, resources, serinResources } from './driver.js';
import { getRelease, namespace, patchRelease, policy, setImage, settle, untilPhase, web } from './program.js';
import { endingOf } from './mid-release/ending.js';
import { Witness } from './witness.js';

const ended = { deployment: 'web:v2 x4', policy: 'Resting', versions: ['web:v1: 0 Deployment', 'web:v2: 4 Deployment'], routes: 'as found' };

/** The Pods behind the Service by its EndpointSlices: by image. */
function behind(driver: Driver): Record<string, number> {
  const counts: Record<string, number> = {};
  const pods = driver.objects(resources.pods, namespace);
  for (const slice of driver.objects(resources.endpointSlices, namespace)) {
    for (const { targetRef, conditions } of slice.endpoints ?? []) {
      const image = pods.find(({ metadata }) => metadata.name === targetRef?.name)?.spec.containers[0]?.image ?? 'gone';
      if (conditions?.ready !== false) counts[image] = (counts[image] ?? 0) + 1;
    }
  }
  return counts;
}

describe('the service router', () => {
  let driver: Driver;
  let witness: Witness;
  beforeEach(async () => {
    driver = new Driver({ seed: 51 });
    await driver.start();
    // Approximate shares are Pods behind one Service: everybody reaches both.
    witness = new Witness(driver, namespace, (complaint) => complaint.includes('past the split'));
  });
  afterEach(() => driver.stop());

  it('shows exact shares by Pods, pinned until the first and unpinned last', async () => {
    await settle(driver, { policy: policy([{ weight: 20 }, { pause: {} }, { weight: 50 }, { pause: {} }], { service: {} }) });
    const seen: string[] = [];
    driver.onTick(() => {
      const hash = driver.object(resources.services, web)?.spec?.selector?.[HASH_LABEL];
      const state = `${hash === undefined ? 'open' : 'pinned'} ${JSON.stringify(behind(driver))}`;
      if (seen.at(-1) !== state) seen.push(state);
    });
    await setImage(driver, 'web:v2');
    await driver.until('the first pause', async () => (await getRelease(driver))?.status?.message?.startsWith('Pauses') ?? false);
    expect(behind(driver)).toEqual({ 'web:v1': 4, 'web:v2': 1 });
    expect((await getRelease(driver))?.status?.shares?.accepted).toEqual({ stable: 800, canary: 200 });
    await patchRelease(driver, 'web-1', { advanceTo: 2 });
    await driver.until('the second pause', async () => (await getRelease(driver))?.status?.step.index === 3);
    await driver.pass(1);
    expect(behind(driver)).toEqual({ 'web:v1': 4, 'web:v2': 4 });
    await patchRelease(driver, 'web-1', { advanceTo: 4 });
    await untilPhase(driver, ['Completed']);
    await driver.pass(3);
    expect(endingOf(driver)).toMatchObject(ended);
    // The canary's first Pod is only there when the Service is pinned to stable.
    expect(seen.findIndex((state) => state.startsWith('pinned'))).toBeLessThan(seen.findIndex((state) => state.includes('web:v2')));
    expect(seen).toContain('pinned {"web:v2":4}');
    expect(witness.complaints).toEqual([]);
  });

  it('refuses shares that Pods cannot show, and takes the nearest where it may', async () => {
    await driver.run(() => driver.client.create(serinResources.releasePolicies, { ...policy([{ weight: 10 }], { service: {} }) }));
    await driver.until('the policy is refused', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Refused');
    await driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { router: { service: { approximate: true } } } } }));
    await settle(driver, { withoutPolicy: true });
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Completed']);
    await driver.pass(3);
    expect(endingOf(driver)).toMatchObject(ended);
    expect(witness.complaints).toEqual([]);
  });

  it('pins to stable at once when it is taken back', async () => {
    await settle(driver, { policy: policy([{ weight: 20 }, { pause: {} }], { service: {} }) });
    await setImage(driver, 'web:v2');
    await driver.until('the pause', async () => (await getRelease(driver))?.status?.message?.startsWith('Pauses') ?? false);
    await patchRelease(driver, 'web-1', { abort: true });
    await driver.pass(0.3);
    expect(behind(driver)).toEqual({ 'web:v1': 4 });
    await untilPhase(driver, ['Aborted']);
    await driver.pass(3);
    expect(endingOf(driver)).toMatchObject({ policy: 'Holding', routes: 'as found', versions: ['web:v1: 4 Deployment', 'web:v2: 0 ReleasePolicy (Deployment)'] });
    expect(witness.complaints).toEqual([]);
  });
});
