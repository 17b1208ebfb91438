import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import type { Strategy } from '../../../../src/model/policy/strategies.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { installGatewayApiKinds, installIstioKinds } from '../../data-planes/custom-kinds.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { inRound, isFirst, isRest } from '../../lab/rounds.js';
import { GitShop, type Door } from './git-shop.js';
import { GITOPS, type Way } from './reconciler.js';
import { acceptRoutes } from './route-acceptor.js';

const canary: Strategy = { canary: { steps: [{ weight: 20 }, { pause: {} }, { weight: 50 }, { pause: {} }] } };
const blueGreen: Strategy = { blueGreen: { before: [{ pause: {} }], after: [{ pause: {} }], keep: '0s' } };
const ways: readonly Way[] = ['client-side', 'server-side'];
const OVERWRITTEN = new RegExp(`field manager "${GITOPS}"`);
/** What the documentation says to ignore. */
const ignored = [{ kind: 'VirtualService', pointer: '/spec/http' }, { kind: 'HTTPRoute', pointer: '/spec/rules' }, { kind: 'Service', pointer: '/spec/selector' }];

describe('a tool that applies what is in git every second', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
    await installIstioKinds(lab.client);
    await installGatewayApiKinds(lab.client);
  });
  afterAll(() => lab?.stop());
  const openShop = async ({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, name: string, door: Door, way: Way, { respecting = false, strategy = canary }: { readonly respecting?: boolean; readonly strategy?: Strategy } = {}): Promise<GitShop> => {
    const namespace = `gitops-${name}-${way}`;
    if (door === 'gatewayApi') onTestFinished(acceptRoutes(lab.client, namespace));
    const shop = await GitShop.open(lab, namespace, door, { way, strategy, ...(respecting ? { ignored } : {}) });
    onTestFinished(() => shop.tool.stop());
    return shop;
  };
  const virtualService = async (shop: GitShop): Promise<object> => {
    const { metadata: { resourceVersion }, spec } = await lab.client.get(resources.virtualServices, shop.key);
    return { resourceVersion, spec };
  };
  /** What the release said at any time, and the shares that were written. */
  const watch = (shop: GitShop): { said: Set<string>; stop: () => Promise<void> } => {
    const said = new Set<string>();
    let stopped = false;
    const looking = (async () => {
      while (!stopped) {
        const release = await shop.get();
        if (release?.status) said.add(`${release.status.phase}: ${release.status.message ?? ''}`);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    })();
    return { said, stop: async () => { stopped = true; await looking; } };
  };

  describe.each(ways)('%s, which puts routes back', (way) => {
    if (isFirst) it.concurrent('VirtualService: the release holds at no share, says who it was, writes no more, and goes on when it ends', async (context) => {
      const shop = await openShop(context, 'holds', 'istio', way);
      shop.commit('example/shop:v2');
      const first = await shop.until('holds', ({ status }) => OVERWRITTEN.test(status?.message ?? ''), 120);
      expect(first.status?.message).toMatch(/does not fight over it\. It is written once more at \d\d:\d\d:\d\d UTC\. To end it:/);
      const held = await shop.until('holds for good', ({ status }) => OVERWRITTEN.test(status?.message ?? '') && status?.overwritten?.again !== undefined, 120);
      expect(held.status?.message).toContain('VirtualService shop, spec.http[0].route');
      expect(held.status?.message).toMatch(/put back its destinations; Serin does not fight over it\. To end it: .*ignoreDifferences .*RespectIgnoreDifferences=true.*Flux/);
      // The write that may have been on its way.
      await shop.rounds(6);
      const [before, settled] = [await virtualService(shop), await shop.get()];
      await shop.rounds(3);
      expect(await virtualService(shop)).toEqual(before);
      const after = await shop.get();
      expect(after?.status?.step.index).toBe(settled?.status?.step.index);
      expect(after?.status?.intent.share).toBeLessThanOrEqual(200);

      await shop.tool.stop();
      await shop.goThrough();
      await shop.atRest(120);
      const inGit = shop.tool.git.find(({ object }) => object.kind === 'VirtualService')?.object;
      expect((await lab.client.get(resources.virtualServices, shop.key)).spec).toEqual(Reflect.get(inGit ?? {}, 'spec'));
    });

    if (way === 'client-side' ? !isFirst : !isRest) return;
    it.concurrent('VirtualService: once in the middle, the share is held, and written once more after a while', async (context) => {
      const shop = await openShop(context, 'once', 'istio', way);
      await shop.tool.stop();
      shop.commit('example/shop:v2');
      await shop.tool.once();
      await shop.atPause();
      await shop.tool.once();
      const held = await shop.until('holds', ({ status }) => OVERWRITTEN.test(status?.message ?? ''), 120);
      expect([held.status?.phase, held.status?.step.index, held.status?.intent.share]).toEqual(['Progressing', 1, 200]);
      await shop.until('goes on by itself', ({ status }) => status?.step.index === 1 && (status.message ?? '').startsWith('Pauses'), 120);
      const { spec } = await lab.client.get(resources.virtualServices, shop.key);
      expect(spec.http?.[0]?.route?.map(({ weight }) => weight)).toEqual([80, 20]);
      await shop.goThrough();
      await shop.atRest(120);
    });

    it.concurrent('VirtualService: an abort under it ends with the old version alone', async (context) => {
      const shop = await openShop(context, 'aborts', 'istio', way);
      shop.commit('example/shop:v2');
      await shop.until('holds', ({ status }) => OVERWRITTEN.test(status?.message ?? ''), 120);
      await shop.patch({ abort: true });
      await shop.ends('Aborted', 120);
      await shop.rounds(2);
      expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 4 });
      expect((await lab.client.get(resources.deployments, shop.key)).spec.paused).toBe(true);
      // Back in git, back at rest.
      shop.commit('example/shop:v1');
      await shop.atRest(120);
    });
  });

  if (isFirst) it.concurrent('server-side: a Service that is put back is said of, too', async (context) => {
    const shop = await openShop(context, 'selector', 'ingressNginx', 'server-side');
    shop.commit('example/shop:v2');
    const held = await shop.until('holds', ({ status }) => OVERWRITTEN.test(status?.message ?? ''), 120);
    expect(held.status?.message).toContain('Service shop, spec.selector');
    await shop.patch({ abort: true });
    await shop.ends('Aborted', 120);
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 4 });
  });

  describe.each(ways)('%s, which leaves alone what the documentation names', (way) => {
    const cases: readonly (readonly [Door, 'canary' | 'blueGreen'])[] = [['istio', 'canary'], ['gatewayApi', 'canary'], ['ingressNginx', 'canary'], ['service', 'canary'], ['service', 'blueGreen']];
    const own = way === 'client-side' ? cases : cases.filter(([, name]) => name === 'canary');
    it.concurrent.for(inRound(own, (_, index) => (index % 2 === 0) === (way === 'client-side')))('%s, %s: nothing is overwritten at any phase', async ([door, name], context) => {
      const shop = await openShop(context, `respects-${door}-${name}`.toLowerCase(), door, way, { respecting: true, strategy: name === 'canary' ? canary : blueGreen });
      const seen = watch(shop);
      shop.commit('example/shop:v2');
      await shop.atPause();
      await shop.rounds(2);
      expect((await shop.get())?.status?.intent.share).toBe(name === 'canary' ? 200 : 0);
      await shop.goOn();
      await shop.atPause(1);
      await shop.rounds(2);
      await shop.goOn();
      await shop.ends('Completed', 120);
      await shop.atRest(120);
      await shop.rounds(2);
      // And one that is taken back.
      shop.commit('example/shop:v3');
      await shop.atPause();
      await shop.rounds(1);
      await shop.patch({ abort: true });
      await shop.ends('Aborted', 120);
      await shop.rounds(2);
      expect(await shop.readyPods()).toEqual({ 'example/shop:v2': 4 });
      await seen.stop();
      expect([...seen.said].filter((each) => /overwr|field manager|someone else/.test(each))).toEqual([]);
      expect(shop.tool.problems).toEqual([]);
      // What git says is so again.
      for (const { resource, object } of shop.tool.git.filter(({ object: { kind } }) => ['VirtualService', 'HTTPRoute', 'Service', 'Ingress'].includes(kind))) {
        await eventually(`${object.kind} is as in git`, async () => {
          const live = await lab.client.get(resource, shop.key);
          expect(Reflect.get(live, 'spec')).toMatchObject(Reflect.get(object, 'spec') as object);
          return true;
        });
      }
      expect((await lab.client.get(resources.services, shop.key)).spec?.selector).toEqual({ app: 'shop' });
    });
  });

  if (isFirst) it.concurrent('client-side: a Service needs no setting', async (context) => {
    const shop = await openShop(context, 'plain', 'service', 'client-side');
    const seen = watch(shop);
    shop.commit('example/shop:v2');
    await shop.atPause();
    await shop.rounds(2);
    await shop.goOn();
    await shop.atPause(1);
    await shop.goOn();
    await shop.ends('Completed', 120);
    await shop.atRest(120);
    await seen.stop();
    expect([...seen.said].filter((each) => OVERWRITTEN.test(each))).toEqual([]);
  });
});
