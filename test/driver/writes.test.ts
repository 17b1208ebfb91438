import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLAIMS_ANNOTATION } from '../../src/controller/restored.js';
import type { Release } from '../../src/model/release.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import { Driver } from './driver.js';
import { getRelease, policy, setImage, settle, untilPhase } from './program.js';
import { Recording } from './recording-transport.js';

describe('writes', () => {
  const recording = new Recording();
  let driver: Driver;
  beforeEach(async () => {
    recording.take();
    driver = new Driver({ seed: 31, controllerTransport: (inner) => recording.wrap(inner) });
    await driver.start();
  });
  afterEach(() => driver.stop());

  it('none in a quiet minute at rest', async () => {
    await settle(driver);
    await driver.pass(2);
    recording.take();
    await driver.pass(60);
    expect(recording.take()).toEqual([]);
  });

  it('one each 15 s while evidence grows, none without requests', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await driver.until('it pauses', async () => (await getRelease(driver))?.status?.message?.startsWith('Pauses') ?? false);
    await driver.pass(1);
    recording.take();
    await driver.pass(60);
    const busy = recording.take();
    const written = ['releases/web-1/status', 'evidence/web-1'].map((object) => `PUT /apis/serin.dev/v1alpha1/namespaces/default/${object}`);
    expect(new Set(busy)).toEqual(new Set(written));
    for (const each of written) {
      expect(busy.filter((write) => write === each).length).toBeGreaterThanOrEqual(3);
      expect(busy.filter((write) => write === each).length).toBeLessThanOrEqual(4);
    }
    driver.traffic.requestsPerSecond = 0;
    await driver.pass(16);
    recording.take();
    await driver.pass(60);
    expect(recording.take()).toEqual([]);
  });

  it('the status stays under 8 KiB over a long release, and is written only when it changes', async () => {
    const steps = Array.from({ length: 48 }, (_, index): CanaryStep => (index % 2 === 0 ? { weight: 2 * (index / 2 + 1) } : { pause: { for: '1s' } }));
    let largest = 0;
    const statuses: string[] = [];
    let found: string | undefined;
    driver.onCommit(({ stored }) => {
      if (stored.collection !== 'serin.dev/releases') return;
      const status = JSON.stringify((stored.object as Release).status ?? {});
      largest = Math.max(largest, status.length);
      // One write keeps what was found in routes for backups, which have no status.
      const keeps = found !== stored.object.metadata.annotations?.[CLAIMS_ANNOTATION];
      found = stored.object.metadata.annotations?.[CLAIMS_ANNOTATION];
      if (keeps) return;
      // The last write only takes the finalizer off the record.
      if ((stored.object.metadata.finalizers ?? []).length > 0) statuses.push(status);
    });
    await settle(driver, { policy: policy(steps) });
    await setImage(driver, 'web:v2');
    const { status } = await untilPhase(driver, ['Completed', 'Aborted'], 'web-1', 1200);
    expect(status?.phase).toBe('Completed');
    expect(status?.log?.at(-1)?.number).toBeGreaterThan(60);
    expect(largest).toBeLessThan(8192);
    const [created, ...written] = statuses;
    expect(created).toBe('{}');
    expect(new Set(written).size).toBe(written.length);
  });
});
