import { beforeEach, describe, expect, it } from 'vitest';
import type { Service } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { splitOf } from '../../model/split.js';
import type { Claim, RoutingPlan } from '../router.js';
import { TestCluster } from '../testing/cluster.js';
import { syncSlices } from '../testing/endpoint-slices.js';
import { CANARY, STABLE, reviewsContext, reviewsPod, reviewsService } from '../testing/manifests.js';
import { backendsOf, previewServiceName } from './backends.js';
import { checkServices } from './check.js';
import { readServices } from './read.js';
import { tidyStage, unpinStage } from './release.js';
import { canaryServiceStage, inOrder, pinStage, previewServiceStage } from './stages.js';

const context = reviewsContext();
let cluster: TestCluster;
let claims: readonly Claim[];

const apply = ({ stages }: Pick<RoutingPlan, 'stages'>): void => {
  stages.flatMap(({ writes }) => writes).forEach((write) => cluster.apply(write));
};
const plan = (): RoutingPlan => inOrder(claims, (each) => pinStage(cluster, each, context), (each) => canaryServiceStage(cluster, each, context));
const step = (): (string | undefined)[] => {
  const now = plan();
  claims = now.claims;
  apply(now);
  return plan().stages.map(({ writes, waitsFor }) => (writes.length > 0 ? 'writes' : waitsFor));
};
const spec = (name: string): Service['spec'] | undefined => cluster.get(resources.services, name)?.object.spec;
const check = (changes: Partial<typeof context> = {}): string[] => checkServices(cluster, { ...context, ...changes }).map(({ place, problem }) => `${place} ${problem}`);

beforeEach(() => {
  cluster = new TestCluster();
  claims = [];
  cluster.put(reviewsService({ type: 'NodePort', sessionAffinity: 'ClientIP', ports: [{ name: 'grpc', port: 9080, nodePort: 30001, targetPort: 'app', appProtocol: 'kubernetes.io/h2c' }] }));
  cluster.put(reviewsPod('s1', STABLE));
  cluster.put(reviewsPod('c1', CANARY));
  syncSlices(cluster);
});

it('pins, makes the other one with the same ports, and waits for EndpointSlices', () => {
  expect(step()).toEqual(['the EndpointSlices of Service reviews still hold 1 other Pod', 'the EndpointSlices of Service reviews-canary lack 1 ready Pod']);
  expect(readServices(cluster, claims, context)).toEqual({ lead: 'stable', canary: true, followed: false, problems: [] });
  syncSlices(cluster);
  expect(step()).toEqual([undefined, undefined]);
  expect(readServices(cluster, claims, context)).toEqual({ lead: 'stable', canary: true, followed: true, problems: [] });
  expect(claims).toEqual([{ kind: 'Service', name: 'reviews', found: { selector: { app: 'reviews' } } }]);
  expect(spec('reviews')).toMatchObject({ type: 'NodePort', sessionAffinity: 'ClientIP', selector: { app: 'reviews', 'pod-template-hash': STABLE } });
  expect(spec('reviews-canary')).toEqual({ type: 'ClusterIP', selector: { app: 'reviews', 'pod-template-hash': CANARY }, ports: [{ name: 'grpc', port: 9080, targetPort: 'app', appProtocol: 'kubernetes.io/h2c' }] });
  cluster.edit(resources.services, 'reviews', (service) => void (service.spec && (service.spec.ports = [{ name: 'grpc', port: 9090 }])));
  step();
  expect(spec('reviews-canary')?.ports).toEqual([{ name: 'grpc', port: 9090 }]);
});

it('leads to the canary where the router asks for it, and back', () => {
  step();
  apply(pinStage(cluster, claims, context, 'canary'));
  syncSlices(cluster);
  expect(readServices(cluster, claims, context).lead).toBe('canary');
  expect(step()[0]).toContain('still hold');
});

it('puts back in order: unpin, then tidy when nothing names the Service', () => {
  step();
  syncSlices(cluster);
  apply({ stages: unpinStage(cluster, claims, context) });
  expect(spec('reviews')?.selector).toEqual({ app: 'reviews' });
  cluster.put({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'web' }, spec: { rules: [{ backendRefs: [{ name: 'reviews-canary', port: 9080 }] }] } } as Parameters<TestCluster['put']>[0]);
  expect(tidyStage(cluster, claims, context)).toEqual({ name: 'tidy', writes: [], waitsFor: 'HTTPRoute web still leads to Service reviews-canary' });
  expect(tidyStage(cluster, claims, context, [])).toEqual({ name: 'tidy', writes: [], waitsFor: undefined });
  cluster.remove('HTTPRoute', 'web');
  expect(tidyStage(cluster, claims, context, ['reviews-canary']).writes).toEqual([]);
  apply({ stages: [tidyStage(cluster, claims, context)] });
  expect(cluster.list(resources.services).map(({ metadata }) => metadata.name)).toEqual(['reviews']);
});

describe("a Service of the user's own", () => {
  it('gets the hash and loses it again, and is never overwritten', () => {
    cluster.put({ ...reviewsService({ sessionAffinity: 'None' }), metadata: { name: 'reviews-canary' } });
    step();
    expect(spec('reviews-canary')).toMatchObject({ sessionAffinity: 'None', selector: { app: 'reviews', 'pod-template-hash': CANARY } });
    cluster.edit(resources.services, 'reviews-canary', (service) => void (service.spec && (service.spec.selector = { app: 'mine' })), 'argocd');
    expect(step()[1]).toContain('field manager "argocd" rewrote it to {"app":"mine"}');
    expect(readServices(cluster, claims, context).problems.map(({ place }) => place)).toEqual(['Service reviews-canary, spec.selector']);
    apply({ stages: [tidyStage(cluster, claims, context)] });
    expect(spec('reviews-canary')?.selector).toEqual({ app: 'mine' });
  });
});

it('leads a preview Service to the canary, after that of the version where it has one', () => {
  step();
  apply(previewServiceStage('look', cluster, claims, context));
  expect(spec('look')?.selector).toEqual({ app: 'reviews', 'pod-template-hash': CANARY });
  const own = reviewsContext({ service: '', versions: { stable: { ...context.versions.stable, service: 'v1' }, canary: { ...context.versions.canary, service: 'v2' } } });
  cluster.put({ ...reviewsService({ selector: { app: 'reviews', revision: 'b' } }), metadata: { name: 'v2' } });
  apply(previewServiceStage('look-too', cluster, [], own));
  expect(spec('look-too')?.selector).toEqual({ app: 'reviews', revision: 'b', 'pod-template-hash': CANARY });
  expect(previewServiceStage('v2', cluster, [], own).stages).toEqual([]);
  expect([pinStage(cluster, [], own).stages, canaryServiceStage(cluster, [], own).stages]).toEqual([[], []]);
  expect(backendsOf(own)).toEqual({ own: true, service: { stable: 'v1', canary: 'v2' } });
});

it('names who took the pin away', () => {
  step();
  syncSlices(cluster);
  cluster.edit(resources.services, 'reviews', (service) => void (service.spec && (service.spec.selector = { app: 'reviews' })), 'flux');
  const { problems, lead } = readServices(cluster, claims, { ...context, lastWritten: splitOf(100) });
  expect(lead).toBeUndefined();
  expect(problems).toMatchObject([{ place: 'Service reviews, spec.selector', problem: expect.stringContaining('"flux" took pod-template-hash out of it') }]);
});

it('says what keeps Services from carrying a version each', () => {
  expect(check()).toEqual([]);
  expect(check({ service: 'reviews.v1' })).toEqual([expect.stringContaining('Service reviews.v1 no API server accepts this name')]);
  expect(check({ service: 'gone' })).toContain('Service gone does not exist');
  expect(check({ canaryService: 'reviews' })).toEqual([expect.stringContaining('is named both for clients and for the canary')]);
  cluster.put({ ...reviewsService({ ports: [{ port: 1 }] }), metadata: { name: 'reviews-canary' } });
  expect(check()).toEqual([expect.stringContaining('lacks port 9080 of Service reviews')]);
  cluster.put(reviewsService({ selector: { 'pod-template-hash': 'x' } }));
  expect(check()[0]).toContain('chooses one version already');
});

it("takes a preview Service away although a route of the user's leads there: that is what it was for, and nobody waits for it to go", () => {
  step();
  apply(previewServiceStage('look', cluster, claims, context));
  cluster.put({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'testers' }, spec: { rules: [{ backendRefs: [{ name: 'look', port: 9080 }] }] } } as Parameters<TestCluster['put']>[0]);
  expect(tidyStage(cluster, claims, context, ['reviews-canary', 'look']).writes).toEqual([]);
  const left = tidyStage(cluster, claims, context);
  expect(left.waitsFor).toBeUndefined();
  apply({ stages: [left] });
  expect(cluster.list(resources.services).map(({ metadata }) => metadata.name)).toEqual(['reviews']);
});

it('keeps the name of a preview Service within 63 characters', () => {
  expect(previewServiceName({ canaryService: 'c'.repeat(60), service: '', policy: 'p' })).toHaveLength(63);
  expect(previewServiceName({ canaryService: '', service: '', policy: 'a.b' })).toBe('a-b-preview');
});
