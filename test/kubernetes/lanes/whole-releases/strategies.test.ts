import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../scenarios/local-cluster.js';
import { LabShop } from '../../lab/lab-shop.js';
import { openLab, type Lab } from '../../lab/open-lab.js';

describe('other strategies on a real control plane', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.stop());

  it.concurrent('blue/green: all users go over at once, and back at once', async () => {
    const shop = await LabShop.open(lab, 'strategy-blue-green', { strategy: { blueGreen: { preview: { service: 'shop-green' }, before: [{ pause: {} }], after: [{ pause: {} }], keep: '10m' } }, router: { service: {} } });
    await shop.set('example/shop:v2');
    await shop.atPause();
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 4, 'example/shop:v2': 4 });
    expect(await shop.answering()).toEqual({ v1: 4 });
    await shop.goOn();
    await shop.atPause(1);
    await eventually('all users are with the new version', async () => (await shop.answering())['v1'] === undefined);
    await shop.patch({ abort: true });
    await shop.ends('Aborted', 120);
    await eventually('all users are with the old version', async () => (await shop.answering())['v2'] === undefined);
  });

  it.concurrent('rolling: batch by batch, never more than one Pod too many', async () => {
    const shop = await LabShop.open(lab, 'strategy-rolling', { strategy: { rolling: { batches: ['50%', '100%'], between: [{ pause: {} }], maxSurge: 1 } } });
    await shop.set('example/shop:v2');
    await shop.atPause();
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 2, 'example/shop:v2': 2 });
    await shop.goOn();
    await shop.ends('Completed', 120);
    await eventually('only the new version runs', async () => (await shop.readyPods())['example/shop:v2'] === 4 && Object.keys(await shop.readyPods()).length === 1);
  });
});
