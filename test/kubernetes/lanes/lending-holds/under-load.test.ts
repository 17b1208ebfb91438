import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import { serinResources } from '../../../../src/model/resources.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { LabShop } from '../../lab/lab-shop.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { ServiceLoad } from '../../lab/service-load.js';

const strategy = { canary: { steps: [{ weight: 25 }, { pause: {} }] } };

/** What is done to a release that pauses at 25 %, and which version serves in the end. */
const courses: Readonly<Record<string, { readonly serves: 'v1' | 'v2'; play(shop: LabShop, lab: Lab): Promise<unknown> }>> = {
  'completed': { serves: 'v2', play: (shop) => shop.goOn().then(() => shop.ends('Completed', 120)) },
  'taken back': { serves: 'v1', play: (shop) => shop.patch({ abort: true }).then(() => shop.ends('Aborted', 120)) },
  'un-paused by somebody': { serves: 'v2', play: (shop, { client }) => client.patch(resources.deployments, shop.key, { kind: 'merge', body: { spec: { paused: false } } }) },
  'its Release deleted': { serves: 'v1', play: (shop, { client }) => client.delete(serinResources.releases, { namespace: shop.namespace, name: shop.release }, { propagationPolicy: 'Foreground' }) },
  'its policy deleted': { serves: 'v1', play: (shop, { client }) => client.delete(serinResources.releasePolicies, shop.key, { propagationPolicy: 'Background' }) },
  'ejected': { serves: 'v1', play: (shop) => shop.serin('eject', 'shop', '--restore-template') },
};

describe('a release of real processes under load', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.stop());

  it.concurrent.each(Object.entries(courses))('%s: no request fails', async (name, { serves, play }) => {
    const shop = await LabShop.open(lab, `load-${name.toLowerCase().replaceAll(' ', '-')}`, { strategy });
    const load = await ServiceLoad.start(lab.client, shop.namespace);
    await shop.set('example/shop:v2');
    await shop.atPause();
    await eventually('both versions answer', () => Promise.resolve(load.met.size === 2));
    await play(shop, lab);
    await eventually(`only ${serves} serves`, async () => JSON.stringify(await shop.readyPods()) === JSON.stringify({ [`example/shop:${serves}`]: 4 }), 120, () => name);
    await eventually(`only ${serves} answers`, async () => (await shop.answering())[serves] === 4);
    await eventually('the Service is as found', async () => JSON.stringify((await lab.client.get(resources.services, shop.key)).spec?.selector) === JSON.stringify({ app: 'shop' }), 60);
    await eventually('enough requests are sent', () => Promise.resolve(load.sent > 100));
    const { failures, versions } = await load.stop();
    expect(failures).toEqual([]);
    expect(Object.keys(versions).sort()).toEqual(['v1', 'v2']);
  });
});
