import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import type { CanaryStep } from '../../../../src/model/policy/steps.js';
import type { PolicySpec } from '../../../../src/model/release-policy.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { LabShop } from '../../lab/lab-shop.js';
import { openLab, type Lab } from '../../lab/open-lab.js';

const canary = (...steps: CanaryStep[]): PolicySpec['strategy'] => ({ canary: { steps } });
const job = (image: string): CanaryStep => ({ job: { template: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'check', image }] } } } }, timeout: '1m' } });

describe('canary releases on a real control plane', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.stop());

  it.concurrent('a good version goes step by step to all users, and nothing of the trial is left', async () => {
    const shop = await LabShop.open(lab, 'canary-good', { strategy: canary({ weight: 20 }, job('lab/passing:v1'), { pause: {} }, { weight: 50 }) });
    await shop.untilAnswering({ v1: 4 });
    const before = await lab.client.get(resources.deployments, shop.key);

    await shop.set('example/shop:v2');
    await shop.atPause();
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 4, 'example/shop:v2': 1 });
    await shop.untilAnswering({ v1: 4, v2: 1 });
    await shop.goOn();
    await shop.ends('Completed', 120);
    await shop.atRest();

    expect(await shop.readyPods()).toEqual({ 'example/shop:v2': 4 });
    await eventually('only the new version answers', async () => (await shop.answering())['v2'] === 4);
    const after = await lab.client.get(resources.deployments, shop.key);
    expect(after.spec).toEqual({ ...before.spec, template: after.spec.template });
    expect((await lab.client.get(resources.services, shop.key)).spec?.selector).toEqual({ app: 'shop' });
  });

  it.concurrent('a version whose Pods never become ready is taken back, and users never meet it', async () => {
    const shop = await LabShop.open(lab, 'canary-never-ready', { strategy: canary({ weight: 20 }, { weight: 50 }), readyTimeout: '5s' });
    await shop.set('example/no-such-image:v9');
    const { status } = await shop.ends('Aborted', 120);
    expect(status?.abortReason).toBe('CanaryNotReady');
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 4 });
    await shop.untilAnswering({ v1: 4 });
  });

  it.concurrent('a version that crashes is taken back', async () => {
    const shop = await LabShop.open(lab, 'canary-crashing', { strategy: canary({ weight: 20 }, { pause: { for: '10m' } }) });
    await shop.set('lab/crashing:v1');
    const { status } = await shop.ends('Aborted', 120);
    expect(status?.abortReason).toBe('CanaryCrashed');
    await shop.untilAnswering({ v1: 4 });
  });

  it.concurrent('a version whose check fails is taken back', async () => {
    const shop = await LabShop.open(lab, 'canary-check', { strategy: canary({ weight: 20 }, job('lab/failing:v1'), { weight: 50 }) });
    await shop.set('example/shop:v2');
    await shop.ends('Aborted', 120);
    await eventually('only the old version answers', async () => (await shop.answering())['v2'] === undefined);
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 4 });
  });

  it.concurrent('a version that a person takes back in the middle is gone at once', async () => {
    const shop = await LabShop.open(lab, 'canary-taken-back', { strategy: canary({ weight: 50 }, { pause: {} }) });
    await shop.set('example/shop:v2');
    await shop.atPause();
    await eventually('the new version answers', async () => ((await shop.answering())['v2'] ?? 0) > 0);
    await shop.patch({ abort: true });
    await shop.ends('Aborted', 120);
    await eventually('only the old version answers', async () => (await shop.answering())['v2'] === undefined);
    await eventually('no Pod of the new version is left', async () => Object.keys(await shop.readyPods()).length === 1);
  });
});
