import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../cli/manifests/defaults.js';
import { checkPolicy } from '../../../controller/policy-checks.js';
import { formatProblem } from '../../../model/policy-problem.js';
import type { Plan } from '../../../model/plan.js';
import type { PolicySpec, ReleasePolicy } from '../../../model/release-policy.js';
import { compilePolicy } from '../../../strategies/compile.js';
import { checkRollout } from '../checks/rollout.js';
import type { Rollout } from '../kinds/rollout.js';
import { rolloutOf } from '../rollouts/testing/objects.js';
import { policyNameOf, policyOf, type PolicyOptions } from './policy.js';
import { canaryIngressName, twoServicesOf } from './routing.js';
import { percentOf } from './steps.js';
import { gateOf } from './strategy.js';

const versions = { stable: 'web-a', want: 'web-b' };
const services = { stableService: 'web', canaryService: 'web-canary' };
const nginx = { ...services, trafficRouting: { nginx: { stableIngress: 'front' } } };
const canary = (fields: object, spec: object = {}): Rollout => rolloutOf({ strategy: { canary: fields }, ...spec });
const blueGreen = (fields: object): Rollout => rolloutOf({ strategy: { blueGreen: { activeService: 'web', ...fields } } });

/** What our own lint says of a policy. */
const lint = (policy: ReleasePolicy): string[] => checkPolicy(withDefaults(policy), { deployment: undefined, policies: [] }).filter(({ severity }) => severity !== 'warning').map(formatProblem);

function made(rollout: Rollout, options?: PolicyOptions): { readonly spec: PolicySpec; readonly plan: Plan } {
  expect(checkRollout(rollout).filter(({ severity }) => severity !== 'warning').map(formatProblem)).toEqual([]);
  const policy = policyOf(rollout, versions, options);
  expect(lint(policy)).toEqual([]);
  const { spec } = withDefaults(policy);
  return { spec, plan: compilePolicy(spec) };
}

describe('the policy of a Rollout', () => {
  it('knows its versions, leaves old ones alone and takes nothing back by itself', () => {
    const policy = policyOf(canary({}), { ...versions, others: ['web-x', 'web-a'] });
    expect(policy.metadata).toEqual({ name: 'web', namespace: 'shop', labels: { 'serin.dev/frontend': 'argo' }, ownerReferences: [expect.objectContaining({ kind: 'Rollout', uid: 'u', controller: true })] });
    expect(policy.spec.workload).toEqual({ versions: { list: [{ replicaSet: 'web-a' }, { replicaSet: 'web-x' }, { replicaSet: 'web-b' }], want: 'web-b', replicas: 4, old: 'Leave', hashLabel: 'rollouts-pod-template-hash' } });
    expect(policy.spec).toMatchObject({ analysis: { metrics: [] }, crashes: 'Wait', readyTimeout: '87600h' });
    expect(made(canary(nginx)).plan.analysis?.metrics).toEqual([]);
  });

  it('is of the first version alone to begin with', () => {
    expect(policyOf(canary({}), { want: 'web-a' }).spec.workload.versions?.list).toEqual([{ replicaSet: 'web-a' }]);
  });

  it('tries a version again, and starts nothing while the Rollout is paused', () => {
    const policy = policyOf(canary({}, { paused: true }), versions, { retry: 'web-7' });
    expect([policy.metadata.annotations, policy.spec.paused]).toEqual([{ 'serin.dev/retry': 'web-7' }, true]);
    expect(made(canary({})).spec.paused).toBeUndefined();
  });

  it('has a name that fits into a label', () => {
    const named = (name: string): string => policyNameOf(rolloutOf({}, {}, { name }));
    const long = 'x'.repeat(57);
    expect(named(long)).toBe(long);
    expect(named(`${long}y`)).toMatch(/^x+-[a-z0-9]+$/);
    expect(new Set([`${long}y`, `${long}z`].map(named)).size).toBe(2);
    expect(named(`${long}y`).length).toBeLessThanOrEqual(57);
  });
});

describe('its steps', () => {
  it('are the Rollout’s, each with its number', () => {
    const analysis = { templates: [{ templateName: 'smoke' }] };
    const steps = [{ setWeight: 10 }, { pause: {} }, { analysis }, { setWeight: 10 }, { setCanaryScale: { replicas: 3 } }, { setCanaryScale: { weight: 25 } }, { setCanaryScale: { matchTrafficWeight: true } }, { experiment: { duration: '1h', templates: [{ name: 'x', specRef: 'canary' }] } }, { setWeight: 5 }, { pause: { duration: '90s' } }, { pause: { duration: 0 } }];
    expect(made(canary({ ...nginx, steps })).plan.steps).toEqual([
      { kind: 'weight', share: 100 }, { kind: 'pause' }, { kind: 'pause' }, { kind: 'weight', share: 100 }, { kind: 'scale', pods: 3 }, { kind: 'scale', part: 250 }, { kind: 'scale' }, { kind: 'pause' },
      { kind: 'weight', share: 50 }, { kind: 'pause', milliseconds: 90_000 }, { kind: 'pause', milliseconds: 0 }, { kind: 'promote' },
    ]);
  });

  it('have routes that add up by name, and end by name', () => {
    const route = (name: string, value?: object): object => ({ setHeaderRoute: { name, ...(value ? { match: [{ headerName: 'x', headerValue: value }] } : {}) } });
    const copies = (name: string, more: object): object => ({ setMirrorRoute: { name, ...more } });
    const istio = { ...services, trafficRouting: { istio: { virtualService: { name: 'web' } }, managedRoutes: [{ name: 'a' }, { name: 'b' }, { name: 'm' }] } };
    const match = [{ method: { exact: 'GET' }, path: { prefix: '/' }, headers: { y: { regex: '.*' } } }];
    const { plan } = made(canary({ ...istio, steps: [route('a', { exact: '1' }), route('b', { prefix: '2' }), route('a'), route('b'), copies('m', { match, percentage: 35 }), copies('a', { match }), copies('m', {}), copies('a', {})] }));
    const [a, b] = [{ name: 'a', headers: [{ name: 'x', exact: '1' }] }, { name: 'b', headers: [{ name: 'x', prefix: '2' }] }];
    const mirrored = [{ method: { exact: 'GET' }, path: { prefix: '/' }, headers: [{ name: 'y', regex: '.*' }] }];
    expect(plan.steps.map(({ matches, mirrors }) => matches ?? mirrors)).toEqual([
      [a], [a, b], [b], [], [{ name: 'm', share: 350, matches: mirrored }], [{ name: 'm', share: 350, matches: mirrored }, { name: 'a', share: 1000, matches: mirrored }], [{ name: 'a', share: 1000, matches: mirrored }], [], undefined,
    ]);
  });

  it('have weights as parts of what they sum to, where something stays something', () => {
    expect([percentOf(25, 1000), percentOf(1, 300), percentOf(1, 1000), percentOf(0, 100), percentOf(7, 7), percentOf(999, 1000), percentOf(33, 100)]).toEqual([2.5, 0.3, 0.1, 0, 100, 99.9, 33]);
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(1000), (most, part) => {
      const weight = Math.min(part, most);
      expect(Math.round((percentOf(weight, most) * most) / 100)).toBe(weight);
    }));
  });

  it('are left out altogether where nothing is waited for', () => {
    const steps = [{ setWeight: 10 }, { pause: {} }];
    expect(made(canary({ ...nginx, steps }), { skipSteps: true }).plan.steps).toEqual([{ kind: 'promote' }]);
    expect(made(canary({ steps }), { skipSteps: true }).plan).toMatchObject({ steps: [{ kind: 'promote' }], sizing: 'batch' });
    expect(made(canary({})).plan.steps).toEqual([{ kind: 'promote' }]);
    const waits = { prePromotionAnalysis: { templates: [{ templateName: 'a' }] }, postPromotionAnalysis: { templates: [{ templateName: 'b' }] }, previewReplicaCount: 1 };
    expect(made(blueGreen(waits), { skipSteps: true }).plan).not.toHaveProperty('previewPods');
    expect(made(blueGreen(waits), { skipSteps: true }).plan.steps.map(({ kind }) => kind)).toEqual(['weight', 'promote']);
  });
});

describe('its sizes', () => {
  it('are those in place of stable’s where Pods are all that can be counted', () => {
    expect(made(canary({ steps: [{ setWeight: 20 }] })).plan).toMatchObject({ sizing: 'batch', countsPods: true, surge: { part: 250 }, unavailable: { part: 250 } });
    expect(made(canary({ ...services, maxSurge: '1', maxUnavailable: 0, steps: [{ setWeight: 20 }] })).plan).toMatchObject({ sizing: 'batch', countsPods: true, surge: { pods: 1 }, unavailable: { pods: 0 } });
  });

  it('stand beside all of stable’s behind a router, or beside what it still needs', () => {
    expect(made(canary({ ...nginx, maxSurge: 7, steps: [{ setWeight: 20 }] })).plan).toMatchObject({ sizing: 'part' });
    expect(made(canary({ ...nginx, dynamicStableScale: true, steps: [{ setWeight: 20 }] })).plan).toMatchObject({ sizing: 'batch', countsPods: false, surge: { part: 1000 }, unavailable: { pods: 0 } });
  });

  it('have a floor and a threshold', () => {
    expect(made(canary({ ...nginx, minPodsPerReplicaSet: 2, replicaProgressThreshold: { type: 'Percent', value: 90 } })).plan).toMatchObject({ minimumPods: 2, readyThreshold: { part: 900 } });
    expect(made(canary({ ...nginx, minPodsPerReplicaSet: 0, replicaProgressThreshold: { type: 'Pods', value: 3 } })).plan).toMatchObject({ readyThreshold: { pods: 3 } });
  });
});

describe('its routing', () => {
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid: 'u' };
  const serviceAnnotations = { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'web' };
  const config = (rollout: Rollout): unknown => {
    made(rollout);
    return twoServicesOf(rollout);
  };

  it('is that of ingress-nginx, with the names and annotations that Argo Rollouts gives', () => {
    const trafficRouting = { nginx: { stableIngresses: ['a', 'b'], annotationPrefix: 'nginx.corp', additionalIngressAnnotations: { 'canary-by-header': 'X', 'nginx.corp/canary-by-cookie': 'Y' }, canaryIngressAnnotations: { 'nginx.corp/canary-by-header': 'Z', team: 't' } }, maxTrafficWeight: 1000 };
    expect(config(canary({ ...services, trafficRouting, steps: [{ setWeight: 25 }] }))).toEqual({
      mode: 'weights', stable: 'web', canary: 'web-canary', owner, serviceAnnotations, weightTotal: 1000, annotationPrefix: 'nginx.corp',
      ingresses: [{ name: 'a', canaryName: 'web-a-canary' }, { name: 'b', canaryName: 'web-b-canary' }],
      canaryAnnotations: { 'nginx.corp/canary-by-header': 'Z', 'nginx.corp/canary-by-cookie': 'Y', team: 't' },
    });
    expect(config(canary(nginx))).toEqual({ mode: 'weights', stable: 'web', canary: 'web-canary', owner, serviceAnnotations, ingresses: [{ name: 'front', canaryName: 'web-front-canary' }] });
    expect(canaryIngressName('r'.repeat(200), 'i'.repeat(100))).toBe(`${'r'.repeat(200)}-${'i'.repeat(45)}-canary`);
  });

  it('is that of Istio, by host and by subset', () => {
    const istio = { virtualServices: [{ name: 'web.mesh', routes: ['main'], tlsRoutes: [{ port: 443, sniHosts: ['a'] }, { port: 0 }], tcpRoutes: [{ port: 5432 }] }, { name: 'web' }] };
    expect(config(canary({ ...services, trafficRouting: { istio, managedRoutes: [{ name: 'm' }] } }))).toMatchObject({
      virtualServices: [{ name: 'web', namespace: 'mesh', routes: ['main'], tls: [{ port: 443, sniHosts: ['a'] }, {}], tcp: [{ port: 5432 }] }, { name: 'web' }], managedRoutes: ['m'],
    });
    const destinationRule = { name: 'web', canarySubsetName: 'c', stableSubsetName: 's', additionalSubsetNames: ['x'] };
    expect(config(canary({ trafficRouting: { istio: { virtualService: { name: 'web' }, destinationRule } } }))).toEqual({
      mode: 'weights', owner, serviceAnnotations, virtualServices: [{ name: 'web' }], destinationRule: { name: 'web', stableSubset: 's', canarySubset: 'c', otherSubsets: ['x'] },
    });
  });

  it('is that of the Gateway API, also beside others', () => {
    const trafficRouting = { nginx: { stableIngress: 'front' }, plugins: { 'argoproj-labs/gatewayAPI': { httpRoutes: [{ name: 'a' }], grpcRoute: 'b', namespace: 'edge' } } };
    expect(config(canary({ ...services, trafficRouting }))).toMatchObject({ routes: [{ name: 'a', namespace: 'edge' }, { kind: 'GRPCRoute', name: 'b', namespace: 'edge' }], ingresses: [{ name: 'front' }] });
  });

  it('is that of Services alone, or none', () => {
    expect(config(canary(services))).toEqual({ mode: 'pods', stable: 'web', canary: 'web-canary', serviceAnnotations });
    expect(config(canary({ canaryService: 'web-canary', stableService: '' }))).toEqual({ mode: 'pods', canary: 'web-canary', serviceAnnotations });
    expect(config(canary({ steps: [{ setWeight: 50 }] }))).toBeUndefined();
  });

  it('of blue/green switches the active Service', () => {
    expect(config(blueGreen({ previewService: 'preview' }))).toEqual({ mode: 'switch', stable: 'web', canary: 'preview', serviceAnnotations });
    expect(config(blueGreen({}))).toEqual({ mode: 'switch', stable: 'web', serviceAnnotations });
  });
});

describe('blue/green', () => {
  const analysis = { templates: [{ templateName: 'a' }] };
  const kinds = (fields: object): unknown[] => made(blueGreen(fields)).plan.steps.map(({ kind, milliseconds, share }) => milliseconds ?? (share === undefined ? kind : `${kind} ${share}`));

  it('has one pause for all that stands before the switch, and one for what stands behind it', () => {
    expect(kinds({})).toEqual(['weight 1000', 'promote']);
    expect(kinds({ autoPromotionEnabled: false })).toEqual(['pause', 'weight 1000', 'promote']);
    expect(kinds({ autoPromotionSeconds: 30 })).toEqual(['pause', 'weight 1000', 'promote']);
    expect(kinds({ autoPromotionSeconds: 30, prePromotionAnalysis: analysis, postPromotionAnalysis: analysis })).toEqual(['pause', 'weight 1000', 'pause', 'promote']);
    expect(gateOf({ activeService: 'web', autoPromotionSeconds: 30, prePromotionAnalysis: analysis })).toEqual({ analysis: true, manual: false, milliseconds: 30_000 });
    expect(gateOf({ activeService: 'web', autoPromotionEnabled: false, autoPromotionSeconds: 30 })).toEqual({ analysis: false, manual: true, milliseconds: 0 });
    expect(gateOf({ activeService: 'web' })).toBeUndefined();
  });

  it('runs in full before the switch, or with fewer Pods until then', () => {
    expect(made(blueGreen({ previewReplicaCount: 2 })).plan).toMatchObject({ sizing: 'full', previewPods: 2, leaves: true });
    expect(made(blueGreen({ previewReplicaCount: 0 })).plan).not.toHaveProperty('previewPods');
  });
});

it('whatever a Rollout asks for, its policy is one that lint lets pass, with a step for each', () => {
  const step = fc.oneof(
    fc.record({ setWeight: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ pause: fc.oneof(fc.constant({}), fc.record({ duration: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constantFrom('10s', '1h30m', '250ms', '0', '90')) })) }),
    fc.record({ setCanaryScale: fc.constantFrom({ replicas: 0 }, { replicas: 3 }, { weight: 40 }, { weight: 0 }, { matchTrafficWeight: true }) }),
    fc.record({ analysis: fc.constant({ templates: [{ templateName: 'rate' }] }) }),
    fc.record({ experiment: fc.constant({ duration: '5m', templates: [{ name: 'a', specRef: 'canary' }] }) }),
    fc.record({ setHeaderRoute: fc.record({ name: fc.constantFrom('a', 'b'), match: fc.constantFrom(undefined, [], [{ headerName: 'x', headerValue: { exact: 'y' } }], [{ headerName: 'x', headerValue: { regex: 'y.*' } }, { headerName: 'z', headerValue: { prefix: 'p' } }]) }) }),
    fc.record({ setMirrorRoute: fc.record({ name: fc.constantFrom('a', 'b'), percentage: fc.constantFrom(undefined, 0, 35, 100), match: fc.constantFrom(undefined, [{ method: { exact: 'GET' } }], [{ headers: { a: { exact: 'b' } } }, { path: { prefix: '/' } }]) }) }),
  );
  const steps = fc.array(step, { maxLength: 12 });
  const plainSteps = steps.map((all) => all.filter((each) => !('setCanaryScale' in each) && !('setHeaderRoute' in each) && !('setMirrorRoute' in each)));
  const withoutRoutes = steps.map((all) => all.filter((each) => !('setHeaderRoute' in each) && !('setMirrorRoute' in each)));
  const managedRoutes = [{ name: 'a' }, { name: 'b' }];
  const sizes = fc.record({ dynamicStableScale: fc.boolean(), minPodsPerReplicaSet: fc.integer({ min: 0, max: 3 }), replicaProgressThreshold: fc.constantFrom({ type: 'Percent', value: 90 }, { type: 'Pods', value: 1 }), abortScaleDownDelaySeconds: fc.nat(60) }, { requiredKeys: [] });
  const istio = fc.record({ steps, trafficRouting: fc.constantFrom({ istio: { virtualService: { name: 'web' } }, managedRoutes }, { istio: { virtualService: { name: 'web', tlsRoutes: [{ port: 443, sniHosts: ['a'] }], tcpRoutes: [{}] } }, managedRoutes }, { istio: { virtualServices: [{ name: 'web.mesh' }], destinationRule: { name: 'web', canarySubsetName: 'c', stableSubsetName: 's' } }, managedRoutes }) });
  const others = fc.record({ steps: withoutRoutes, trafficRouting: fc.constantFrom({ nginx: { stableIngresses: ['a', 'b'], annotationPrefix: 'x.y', canaryIngressAnnotations: { a: 'b' } } }, { nginx: { stableIngress: 'a' }, maxTrafficWeight: 1000 }, { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'web' } } }, { istio: { virtualService: { name: 'web' } }, nginx: { stableIngress: 'a' } }) });
  const routed = fc.tuple(fc.oneof(istio, others), sizes).map(([fields, more]) => ({ canary: { ...fields, ...more, ...services } }));
  const plain = fc.record({ steps: plainSteps, maxSurge: fc.constantFrom(1, '30%', '2'), maxUnavailable: fc.constantFrom(0, '25%', undefined), stableService: fc.constantFrom('web', undefined), canaryService: fc.constantFrom('web-canary', undefined) }).map((fields) => ({ canary: fields }));
  const analysis = fc.constantFrom(undefined, { templates: [{ templateName: 'rate' }] });
  const switched = fc.record({ activeService: fc.constant('web'), previewService: fc.constantFrom('preview', undefined), previewReplicaCount: fc.integer({ min: 0, max: 3 }), autoPromotionEnabled: fc.boolean(), autoPromotionSeconds: fc.integer({ min: 0, max: 99_999 }), prePromotionAnalysis: analysis, postPromotionAnalysis: analysis, scaleDownDelaySeconds: fc.nat(99) }).map((each) => ({ blueGreen: each }));
  const skipping = fc.boolean();
  fc.assert(fc.property(fc.oneof(routed, plain, switched), fc.record({ replicas: fc.constantFrom(undefined, 0, 1, 50), paused: fc.boolean() }), skipping, (strategy, spec, skipSteps) => {
    const rollout = JSON.parse(JSON.stringify(rolloutOf({ ...spec, strategy }))) as Rollout;
    const { plan } = made(rollout, { skipSteps });
    if ('canary' in strategy) expect(plan.steps).toHaveLength(1 + (skipSteps ? 0 : strategy.canary.steps.length));
    expect(plan.steps.at(-1)).toEqual({ kind: 'promote' });
    expect(plan).toMatchObject({ leaves: true, crashes: 'Wait' });
  }), { numRuns: 300 });
});
