import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabShop } from '../../lab/lab-shop.js';
import { networks } from '../../lab/networks.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { startLab, type RunningLab } from '../../lab/shared-lab.js';

describe('releases on an older Kubernetes', () => {
  let running: RunningLab;
  let lab: Lab;
  beforeAll(async () => {
    running = await startLab({ kubernetes: 'kubernetes-1.34', network: networks.olderKubernetes }, AbortSignal.timeout(170_000));
    lab = await openLab(running.handle);
  });
  afterAll(async () => {
    await lab?.stop();
    await running?.stop();
  });

  it('a good version goes to all users', async () => {
    const shop = await LabShop.open(lab, 'older-good', { strategy: { canary: { steps: [{ weight: 20 }, { pause: {} }, { weight: 50 }] } } });
    await shop.set('example/shop:v2');
    await shop.atPause();
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 4, 'example/shop:v2': 1 });
    await shop.goOn();
    await shop.ends('Completed', 120);
    await shop.atRest();
    expect(await shop.readyPods()).toEqual({ 'example/shop:v2': 4 });
  });

  it('a bad version is taken back', async () => {
    const shop = await LabShop.open(lab, 'older-bad', { strategy: { canary: { steps: [{ weight: 20 }, { pause: { for: '10m' } }] } } });
    await shop.set('lab/crashing:v1');
    const { status } = await shop.ends('Aborted', 120);
    expect(status?.abortReason).toBe('CanaryCrashed');
    await shop.untilAnswering({ v1: 4 });
  });
});
