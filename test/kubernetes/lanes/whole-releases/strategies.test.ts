import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { LabShop } from '../../lab/lab-shop.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { openIngressClass } from './ingress-class.js';

describe('other strategies on a real control plane', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
    await openIngressClass(lab.client);
  });
  afterAll(() => lab?.stop());

  it.concurrent('blue/green: all users go over at once, and back at once', async () => {
    const shop = await LabShop.open(lab, 'strategy-blue-green', { strategy: { blueGreen: { preview: { service: 'shop-green' }, before: [{ pause: {} }], after: [{ pause: {} }], keep: '10m' } }, router: { service: {} } });
    await shop.set('example/shop:v2');
    await shop.atPause();
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 4, 'example/shop:v2': 4 });
    await shop.untilAnswering({ v1: 4 });
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

  it.concurrent('A/B: a group first, then a part of the others, then everybody', async () => {
    const affinity = { 'nginx.ingress.kubernetes.io/affinity': 'cookie', 'nginx.ingress.kubernetes.io/session-cookie-name': 'serin-version' };
    const strategy = { ab: { stages: [{ audience: { matches: [{ headers: [{ name: 'x-group', exact: 'b' }] }] }, checks: [{ pause: {} }] }, { share: 50, checks: [{ pause: {} }] }] } };
    const shop = await LabShop.open(lab, 'strategy-ab', { strategy, router: { ingressNginx: { settleSeconds: 1 } } }, { doors: ['ingressNginx'], ingress: affinity });
    const found = await lab.client.get(resources.ingresses, shop.key);
    const canaryIngress = async (): Promise<Record<string, string>> => {
      const { metadata } = await lab.client.get(resources.ingresses, { namespace: shop.namespace, name: 'shop-serin-canary' });
      return Object.fromEntries(Object.entries(metadata.annotations ?? {}).flatMap(([name, value]) => (name.includes('/canary-') ? [[name.split('/canary-')[1] ?? '', value]] : [])));
    };
    await shop.set('example/shop:v2');
    const { status } = await shop.atPause();
    expect(await canaryIngress()).toMatchObject({ 'by-header': 'x-group', 'by-header-value': 'b', weight: '0' });
    expect(status?.shares?.accepted).toEqual({ stable: 1000, canary: 0 });
    await shop.untilAnswering({ v1: 4 });
    await shop.goOn();
    await shop.atPause(status?.step.index);
    const { weight, 'weight-total': total } = await canaryIngress();
    expect(Number(weight) / Number(total ?? 100)).toBe(0.5);
    await shop.goOn();
    await shop.ends('Completed', 120);
    await shop.atRest();
    await shop.untilAnswering({ v2: 4 });
    const left = (await lab.client.list(resources.ingresses, { namespace: shop.namespace })).items;
    expect(left.map(({ metadata, spec }) => [metadata.name, spec])).toEqual([['shop', found.spec]]);
  });
});
