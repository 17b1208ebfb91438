import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import { serinResources } from '../../../../src/model/resources.js';
import type { PolicySpec } from '../../../../src/model/release-policy.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { policyOf } from '../../../scenarios/shop-manifests.js';
import { LabShop } from '../../lab/lab-shop.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { ServiceLoad } from '../../lab/service-load.js';

const strategy: PolicySpec['strategy'] = { canary: { steps: [{ weight: 25 }, { pause: {} }] } };
const blueGreen: PolicySpec['strategy'] = { blueGreen: { before: [], after: [{ pause: {} }] } };

interface Course {
  readonly serves: 'v1' | 'v2';
  /** In the end, 4 when absent. */
  readonly pods?: number;
  readonly strategy?: PolicySpec['strategy'];
  /** What is done while the release pauses. */
  play(shop: LabShop, lab: Lab): Promise<unknown>;
}

/** What is done to a release that pauses at 25 %, or behind the switch, and which version serves in the end. */
const courses: Readonly<Record<string, Course>> = {
  'completed': { serves: 'v2', play: (shop) => shop.goOn().then(() => shop.ends('Completed', 120)) },
  'taken back': { serves: 'v1', play: (shop) => shop.patch({ abort: true }).then(() => shop.ends('Aborted', 120)) },
  'un-paused by somebody': { serves: 'v2', play: (shop, { client }) => client.patch(resources.deployments, shop.key, { kind: 'merge', body: { spec: { paused: false } } }) },
  'its Release deleted': { serves: 'v1', play: (shop, { client }) => client.delete(serinResources.releases, { namespace: shop.namespace, name: shop.release }, { propagationPolicy: 'Orphan' }) },
  'its policy deleted': { serves: 'v1', play: (shop, { client }) => client.delete(serinResources.releasePolicies, shop.key, { propagationPolicy: 'Background' }) },
  'its Deployment deleted, and its Pods left': { serves: 'v1', play: (shop, { client }) => client.delete(resources.deployments, shop.key, { propagationPolicy: 'Orphan' }) },
  'ejected': { serves: 'v1', play: (shop) => shop.serin('eject', 'shop', '--restore-template') },
  'rescaled by hand': {
    serves: 'v2', pods: 3,
    async play(shop, { client }) {
      for (const [replicas, stable] of [[6, 6], [3, 3]] as const) {
        await client.patch(resources.deployments, shop.key, { kind: 'merge', body: { spec: { replicas } } }, { subresource: 'scale' });
        await eventually(`${replicas} Pods`, async () => (await shop.readyPods())['example/shop:v1'] === stable);
      }
      await shop.goOn();
      await shop.ends('Completed', 120);
    },
  },
  'blue/green taken back behind the switch': { serves: 'v1', strategy: blueGreen, play: (shop) => shop.patch({ abort: true }).then(() => shop.ends('Aborted', 120)) },
};

// Waits that end early cost nothing, and the machine may be busy.
vi.setConfig({ testTimeout: 400_000 });

describe('a release of real processes under load', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.stop());

  it.concurrent.each(Object.entries(courses))('%s: no request fails', async (name, { serves, pods = 4, play, ...own }) => {
    const shop = await LabShop.open(lab, `load-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`, { strategy, ...own });
    const load = await ServiceLoad.start(lab.client, shop.namespace);
    await shop.set('example/shop:v2');
    await shop.atPause();
    await eventually('both versions answer', () => Promise.resolve(load.met.size === 2), 150);
    await play(shop, lab);
    await endsWith(shop, serves, pods);
    await harmless(load);
  });

  it.concurrent('adopted in the middle of a roll: no request fails', async () => {
    const shop = await LabShop.openAlone(lab, 'load-adopted');
    // So that the roll lasts until its policy comes.
    await lab.client.patch(resources.deployments, shop.key, { kind: 'merge', body: { spec: { minReadySeconds: 3 } } });
    const load = await ServiceLoad.start(lab.client, shop.namespace);
    await eventually('v1 answers', () => Promise.resolve(load.met.size === 1), 150);
    await shop.patchImage('example/shop:v2');
    await eventually('both versions answer', () => Promise.resolve(load.met.size === 2), 150);
    await lab.client.create(serinResources.releasePolicies, policyOf(shop.namespace, strategy, { service: { approximate: true } }));
    await eventually('the policy waits', async () => (await lab.client.get(serinResources.releasePolicies, shop.key)).status?.phase === 'Adopting');
    expect(Object.keys(await shop.readyPods()).sort()).toEqual(['example/shop:v1', 'example/shop:v2']);
    await shop.atRest();
    await endsWith(shop, 'v2', 4);
    await harmless(load);
  });

  /** Waits until a version serves alone and the Service is as it was found. */
  async function endsWith(shop: LabShop, serves: string, pods: number): Promise<void> {
    await eventually(`only ${serves} serves`, async () => JSON.stringify(await shop.readyPods()) === JSON.stringify({ [`example/shop:${serves}`]: pods }), 120, () => shop.namespace);
    await eventually(`only ${serves} answers`, async () => (await shop.answering())[serves] === pods);
    await eventually('the Service is as found', async () => JSON.stringify((await lab.client.get(resources.services, shop.key)).spec?.selector) === JSON.stringify({ app: 'shop' }), 60);
  }

  async function harmless(load: ServiceLoad): Promise<void> {
    await eventually('enough requests are sent', () => Promise.resolve(load.sent > 100));
    const { failures, versions } = await load.stop();
    expect(failures).toEqual([]);
    expect(Object.keys(versions).sort()).toEqual(['v1', 'v2']);
  }
});
