import { beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { splitOf, type Split } from '../../model/split.js';
import type { Claim } from '../router.js';
import { TestCluster } from '../testing/cluster.js';
import { CANARY, STABLE, reviewsContext, reviewsPod, reviewsService, reviewsSlice } from '../testing/manifests.js';
import { serviceRouter } from './router.js';

const context = reviewsContext();
let cluster: TestCluster;
let claims: readonly Claim[];

/** What the stages toward a share ask for now; claims are put on record, writes are done. */
function step(share: number): (string | undefined)[] {
  const plan = serviceRouter.write({}, splitOf(share), cluster, claims, context);
  claims = plan.claims;
  plan.stages.flatMap(({ writes }) => writes).forEach((write) => cluster.apply(write));
  return serviceRouter.write({}, splitOf(share), cluster, claims, context).stages.map(({ writes, waitsFor }) => (writes.length > 0 ? 'writes' : waitsFor));
}
const selector = (): unknown => cluster.get(resources.services, 'reviews')?.object.spec?.selector;
const read = (lastWritten?: number) => serviceRouter.read({}, cluster, claims, lastWritten === undefined ? context : { ...context, lastWritten: splitOf(lastWritten) });

beforeEach(() => {
  cluster = new TestCluster();
  claims = [];
  cluster.put(reviewsService());
  for (const name of ['s1', 's2', 's3']) cluster.put(reviewsPod(name, STABLE));
  cluster.put(reviewsSlice(['s1', 's2', 's3']));
});

describe('service router', () => {
  it('pins, shares by Pods, pins to the canary, and puts the selector back', () => {
    expect(read().written).toBeUndefined();
    expect(step(0)).toEqual([undefined, undefined]);
    expect(selector()).toEqual({ app: 'reviews', 'pod-template-hash': STABLE });
    expect(read()).toEqual({ written: splitOf(0), accepted: splitOf(0), problems: [] });

    cluster.put(reviewsPod('c1', CANARY));
    expect(read().accepted).toEqual(splitOf(0));
    expect(step(250)).toEqual([undefined, 'the EndpointSlices of Service reviews lack 1 ready Pod']);
    expect(read()).toMatchObject({ written: splitOf(250), accepted: undefined });
    cluster.put(reviewsSlice(['s1', 's2', 's3', 'c1']));
    expect(step(250)).toEqual([undefined, undefined]);
    expect(read()).toEqual({ written: splitOf(250), accepted: splitOf(250), problems: [] });

    expect(step(1000)).toEqual([undefined, 'the EndpointSlices of Service reviews still hold 3 other Pods']);
    expect(read()).toMatchObject({ written: splitOf(1000), accepted: undefined });
    cluster.put(reviewsSlice(['c1']));
    expect(step(1000)).toEqual([undefined, undefined]);

    const released = serviceRouter.release({}, cluster, claims, context);
    released.stages.flatMap(({ writes }) => writes).forEach((write) => cluster.apply(write));
    expect(selector()).toEqual({ app: 'reviews' });
    cluster.put(reviewsSlice(['s1', 's2', 's3', 'c1']));
    expect(serviceRouter.release({}, cluster, claims, context).stages.every(({ writes, waitsFor }) => writes.length === 0 && waitsFor === undefined)).toBe(true);
  });

  it('writes nothing where all is as it should be, and never a share past a missing Pod', () => {
    step(0);
    const count = cluster.writes.length;
    step(0);
    expect(cluster.writes.length).toBe(count);
    cluster.put(reviewsPod('c1', CANARY, false));
    step(250);
    expect(read()).toMatchObject({ written: undefined, accepted: undefined });
  });

  it('names who took the pin away, and does not write where someone chose other Pods', () => {
    step(0);
    cluster.edit(resources.services, 'reviews', (service) => {
      if (service.spec) service.spec.selector = { app: 'reviews' };
    }, 'argocd-controller');
    expect(read(0).problems).toMatchObject([
      { place: 'Service reviews, spec.selector', problem: expect.stringContaining('field manager "argocd-controller" took pod-template-hash out of it') },
    ]);
    expect(read(0).problems[0]?.remedy).toContain('jsonPointers: [/spec/selector/pod-template-hash]');

    cluster.edit(resources.services, 'reviews', (service) => {
      if (service.spec) service.spec.selector = { app: 'other' };
    });
    const plan = serviceRouter.write({}, splitOf(0), cluster, claims, context);
    expect(plan.stages).toMatchObject([{ writes: [], waitsFor: expect.stringContaining('rewrote it to {"app":"other"}') }]);
    expect(read(0).written).toBeUndefined();
    expect(serviceRouter.release({}, cluster, claims, context).stages).toEqual([]);
  });

  it.each(['look', context.canaryService])('leads a Service %s for previews to the canary alone, and takes it away again', (look) => {
    const preview = (split: Split) => serviceRouter.write({}, split, cluster, claims, context).stages.flatMap(({ writes }) => writes);
    step(0);
    preview({ ...splitOf(0), preview: { service: look } }).forEach((write) => cluster.apply(write));
    expect(cluster.get(resources.services, look)?.object).toMatchObject({ metadata: { labels: { 'serin.dev/policy': 'reviews' } }, spec: { selector: { app: 'reviews', 'pod-template-hash': CANARY } } });
    expect(preview({ ...splitOf(0), preview: { service: look } })).toEqual([]);
    expect(preview(splitOf(0))).toMatchObject([{ action: 'delete', name: look }]);
    expect(serviceRouter.release({}, cluster, claims, context).stages.at(-1)).toMatchObject({ name: 'tidy', writes: [{ action: 'delete', name: look }] });
  });

  it('has nothing to put back once the Service is gone', () => {
    step(0);
    cluster.remove('Service', 'reviews');
    expect(serviceRouter.release({}, cluster, claims, context).stages).toEqual([]);
    expect(read(0).problems).toMatchObject([{ place: 'Service reviews' }]);
    expect(serviceRouter.write({}, splitOf(0), cluster, claims, context).stages[0]?.waitsFor).toContain('does not exist');
  });

  it.each([
    [{ type: 'ExternalName' }, 'ExternalName'],
    [{ clusterIP: 'None' }, 'headless'],
    [{ selector: {} }, 'no selector'],
    [{ selector: { app: 'reviews', 'pod-template-hash': 'x' } }, 'one version already'],
  ])('refuses %j', (spec, words) => {
    cluster.put(reviewsService(spec));
    expect(serviceRouter.check({}, cluster, context).map(({ problem }) => problem)).toEqual([expect.stringContaining(words)]);
    expect(serviceRouter.write({}, splitOf(0), cluster, [], context).stages.flatMap(({ writes }) => writes)).toEqual([]);
  });
});
