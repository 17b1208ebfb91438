import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import { serinResources } from '../../../../src/model/resources.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { hostOf } from '../../../scenarios/shop-manifests.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { VersionedShop } from '../../lab/versioned-shop.js';
import { openIngressClass } from './ingress-class.js';

const byPods = { service: { approximate: true } };

describe('other kinds of workload on a real control plane', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
    await openIngressClass(lab.client);
  });
  afterAll(() => lab?.stop());

  it.concurrent('versions that share one Service: there, taken back, there again, and back', async () => {
    const shop = await VersionedShop.openVersions(lab, 'versions-shared', { strategy: { canary: { steps: [{ weight: 50 }, { pause: {} }] } }, router: byPods }, false);
    await shop.atRest();
    const found = await lab.client.get(resources.services, shop.key);
    await shop.want('v2');
    await shop.atPause();
    await shop.untilAnswering({ v1: 2, v2: 2 });
    await shop.patch({ abort: true });
    await shop.ends('Aborted');
    await shop.untilAnswering({ v1: 2 });
    expect(await shop.sizes()).toEqual({ 'shop-v1': 2, 'shop-v2': 0 });

    await shop.change({ versions: { want: 'shop-v1' } });
    await shop.atRest();
    for (const [version, sizes] of [['v2', { 'shop-v1': 0, 'shop-v2': 2 }], ['v1', { 'shop-v1': 2, 'shop-v2': 0 }]] as const) {
      await shop.want(version);
      await shop.atPause();
      await shop.goOn();
      await shop.ends('Completed');
      await shop.atRest();
      expect(await shop.sizes()).toEqual(sizes);
      await shop.untilAnswering({ [version]: 2 });
    }
    expect((await lab.client.get(resources.services, shop.key)).spec).toEqual(found.spec);
  });

  it.concurrent('versions with Services of their own: routes lead from the one to the other, and stay there', async () => {
    const namespace = 'versions-own';
    const shop = await VersionedShop.openVersions(lab, namespace, { strategy: { canary: { steps: [{ weight: 50 }, { pause: {} }] } }, router: { ingressNginx: { settleSeconds: 1 } } }, true);
    await lab.client.create(resources.ingresses, {
      apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'shop', namespace },
      spec: { ingressClassName: 'nginx', rules: [{ host: hostOf(namespace, 'ingressNginx'), http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop-v1', port: { number: 80 } } } }] } }] },
    });
    const backends = async (): Promise<Record<string, string | undefined>> => {
      const { items } = await lab.client.list(resources.ingresses, { namespace });
      return Object.fromEntries(items.map(({ metadata, spec }) => [metadata.name, spec?.rules?.[0]?.http?.paths[0]?.backend.service?.name]));
    };
    await shop.atRest();
    await shop.want('v2');
    await shop.atPause();
    expect(await backends()).toEqual({ shop: 'shop-v1', 'shop-serin-canary': 'shop-v2' });
    await shop.untilAnswering({ v1: 2 }, 'shop-v1');
    await shop.untilAnswering({ v2: 1 }, 'shop-v2');
    await shop.goOn();
    await shop.ends('Completed');
    await shop.atRest();
    expect(await shop.sizes()).toEqual({ 'shop-v1': 0, 'shop-v2': 2 });
    expect(await backends()).toEqual({ shop: 'shop-v2' });
    await shop.untilAnswering({ v2: 2 }, 'shop-v2');
  });

  it.concurrent('a workload that stands in its policy: there, and the next one back', async () => {
    const shop = await VersionedShop.openInline(lab, 'inline', { strategy: { canary: { steps: [{ weight: 50 }, { pause: {} }] } }, router: byPods });
    await shop.atRest();
    await shop.untilAnswering({ v1: 2 });
    const released = async (image: string): Promise<void> => {
      const { spec: { workload } } = await lab.client.get(serinResources.releasePolicies, shop.key);
      const containers = (workload.inline?.template.spec?.containers ?? []).map((container) => ({ ...container, image }));
      await shop.change({ inline: { template: { spec: { containers } } } });
      shop.follow();
      await shop.atPause();
    };
    await released('example/shop:v2');
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 2, 'example/shop:v2': 2 });
    await shop.goOn();
    await shop.ends('Completed');
    await shop.atRest();
    await shop.untilAnswering({ v2: 2 });

    await released('example/shop:v3');
    await shop.patch({ abort: true });
    await shop.ends('Aborted');
    await eventually('only v2 is left', async () => JSON.stringify(await shop.readyPods()) === JSON.stringify({ 'example/shop:v2': 2 }));
    await shop.untilAnswering({ v2: 2 });
    expect((await lab.client.list(resources.deployments, { namespace: shop.namespace })).items).toEqual([]);
  });
});
