import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../cli/manifests/defaults.js';
import { checkPolicyAlone } from '../../../controller/policy-checks.js';
import type { Service } from '../../../kubernetes/generated/core-v1.js';
import { formatProblem } from '../../../model/policy-problem.js';
import type { PolicySpec } from '../../../model/release-policy.js';
import { checkTemplates } from '../../../strategies/analysis/checks.js';
import { compilePolicy } from '../../../strategies/compile.js';
import type { TemplateSource } from '../../../strategies/analysis/templates.js';
import type { KnownObjects } from '../checks/known-objects.js';
import type { AnalysisTemplate } from '../kinds/analysis.js';
import type { Converted } from '../../conversion/converted.js';
import { rolloutPolicy } from './rollout-policy.js';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:v1' }] } };
const rollout = (strategy: object, spec: object = {}): unknown => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template, ...spec, strategy } });
const nginx = { stableService: 'web', canaryService: 'web-canary', trafficRouting: { nginx: { stableIngress: 'web' } } };
const analysisTemplate = (name: string, spec: object): AnalysisTemplate => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', metadata: { name, namespace: 'shop' }, spec });
const prometheus = { address: 'http://p:9090', query: 'up{job="{{args.job}}"}' };

/** What our own lint says, and the plan. */
function lint({ policies, metricTemplates }: Converted): string[] {
  const templates: TemplateSource = { find: (kind, name) => metricTemplates.filter((each) => each.kind === kind && each.metadata.name === name).map((each) => withDefaults(each).spec)[0], names: () => [] };
  return policies.flatMap((policy) => {
    const whole = withDefaults(policy);
    const problems = [...checkPolicyAlone(whole), ...checkTemplates(whole.spec, templates)].filter(({ severity }) => severity !== 'warning').map(formatProblem);
    if (problems.length === 0) compilePolicy(whole.spec, { templates, values: { namespace: 'shop', policy: 'web', release: 'web-1', service: 'web', canaryService: 'web-canary', stable: 'web-a', canary: 'web-b' } });
    return problems;
  });
}

function converted(given: unknown, known: KnownObjects = {}): PolicySpec & { notes: string[] } {
  const result = rolloutPolicy(given, known);
  expect(result.problems.map(formatProblem)).toEqual([]);
  expect(lint(result)).toEqual([]);
  const [policy] = result.policies;
  if (!policy) throw new Error('no policy');
  return { ...policy.spec, notes: result.notes.map(({ note }) => note) };
}

describe('a Rollout as a policy', () => {
  it('with nginx and a Deployment by reference', () => {
    const { workload, service, canaryService, router, strategy, drain, readyTimeout, notes } = converted(rollout(
      { canary: { ...nginx, steps: [{ setWeight: 10 }, { pause: {} }, { setWeight: 50 }, { pause: { duration: '60s' } }, { setWeight: 100 }] } },
      { template: undefined, selector: undefined, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    ));
    expect({ workload, service, canaryService, router, strategy, drain, readyTimeout }).toEqual({
      workload: { deployment: 'web' }, service: 'web', canaryService: 'web-canary', router: { ingressNginx: { ingresses: ['web'] } }, drain: '30s', readyTimeout: '10m',
      strategy: { canary: { steps: [{ weight: 10 }, { pause: {} }, { weight: 50 }, { pause: { for: '1m' } }, { weight: 100 }] } },
    });
    expect(notes).toContain('The Deployment runs the Pods itself again: set its replicas to 2 before the Rollout goes.');
  });

  it('with every kind of step', () => {
    const { strategy, notes, router } = converted(rollout({ canary: {
      stableService: 'web', canaryService: 'web-canary', trafficRouting: { istio: { virtualServices: [{ name: 'web.mesh', routes: ['main'] }] }, managedRoutes: [{ name: 'a' }, { name: 'b' }, { name: 'm' }] },
      steps: [
        { setCanaryScale: { replicas: 1 } }, { setHeaderRoute: { name: 'a', match: [{ headerName: 'x', headerValue: { exact: 'y' } }] } }, { setHeaderRoute: { name: 'b', match: [{ headerName: 'z', headerValue: { prefix: 'p' } }] } }, { setHeaderRoute: { name: 'a' } },
        { setMirrorRoute: { name: 'm', percentage: 35, match: [{ method: { exact: 'GET' } }] } }, { setMirrorRoute: { name: 'm' } }, { setCanaryScale: { weight: 25 } }, { setCanaryScale: { matchTrafficWeight: true } }, { setWeight: 30 }, { setWeight: 20 }, { setWeight: 30 },
        { experiment: { duration: '5m', templates: [{ name: 'a', specRef: 'canary' }] } }, { pause: { duration: 0 } },
      ],
    } }));
    expect(router).toEqual({ istio: { virtualServices: [{ name: 'web', namespace: 'mesh', routes: ['main'] }] } });
    expect(strategy.canary?.steps).toEqual([
      { scale: { replicas: 1 } }, { route: { matches: [{ headers: [{ name: 'x', exact: 'y' }] }] } }, { route: { matches: [{ headers: [{ name: 'x', exact: 'y' }] }, { headers: [{ name: 'z', prefix: 'p' }] }] } }, { route: { matches: [{ headers: [{ name: 'z', prefix: 'p' }] }] } },
      { mirror: 35 }, { mirror: 0 }, { scale: { percent: 25 } }, { scale: { matchWeight: true } }, { weight: 30 }, { pause: { for: '0s' } },
    ]);
    expect(notes.filter((note) => /only rise|is 30 already|whichever they are|no experiments|Take the destination/.test(note))).toHaveLength(5);
  });

  it('without traffic routing, with a Service, without one, and without steps', () => {
    const services = [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'front', namespace: 'shop' }, spec: { selector: { app: 'web' } } }] as unknown as Service[];
    const steps = [{ setWeight: 20 }, { pause: {} }];
    expect(converted(rollout({ canary: { steps } }), { services })).toMatchObject({ service: 'front', router: { service: { approximate: true } }, workload: { inline: { replicas: 2, template } } });
    expect(converted(rollout({ canary: { steps } }))).not.toHaveProperty('service');
    expect(converted(rollout({ canary: { maxSurge: 1, maxUnavailable: 0 } }), { services }).strategy).toEqual({ rolling: { batches: ['100%'], maxSurge: 1, maxUnavailable: 0 } });
    expect(converted(rollout({ canary: {} })).strategy).toEqual({ rolling: { batches: ['100%'], maxUnavailable: '25%' } });
  });

  it('with Services that took turns: the first one stays the stable one', () => {
    const { service, notes } = converted(rollout({ canary: { pingPong: { pingService: 'ping', pongService: 'pong' }, trafficRouting: { istio: { virtualService: { name: 'web' } } }, steps: [{ setWeight: 20 }] } }));
    expect(service).toBe('ping');
    expect(notes).toContain('Services do not take turns: ping stays the one that clients use.');
  });

  it('of the Gateway API plugin, with weights of another sum', () => {
    const { router, strategy } = converted(rollout({ canary: { ...nginx, trafficRouting: { maxTrafficWeight: 1000, plugins: { 'argoproj-labs/gatewayAPI': { httpRoutes: [{ name: 'web' }], grpcRoute: 'rpc', namespace: 'edge' } } }, steps: [{ setWeight: 25 }, { setWeight: 500 }] } }));
    expect(router).toEqual({ gatewayApi: { routes: [{ name: 'web', namespace: 'edge' }, { kind: 'GRPCRoute', name: 'rpc', namespace: 'edge' }] } });
    expect(strategy.canary?.steps).toEqual([{ weight: 2.5 }, { weight: 50 }]);
  });

  it('as blue/green', () => {
    const known = { analysisTemplates: [analysisTemplate('smoke', { metrics: [{ name: 'smoke', provider: { job: { spec: { template: { spec: { containers: [{ name: 'a', image: 'b' }], restartPolicy: 'Never' } } } } } }] })] };
    const analysis = { templates: [{ templateName: 'smoke' }] };
    const { strategy, service, router, analysis: own } = converted(rollout({ blueGreen: { activeService: 'web', previewService: 'preview', previewReplicaCount: 1, autoPromotionEnabled: false, scaleDownDelaySeconds: 90, prePromotionAnalysis: analysis, postPromotionAnalysis: analysis } }), known);
    expect({ strategy, service, router }).toEqual({
      service: 'web', router: { service: {} },
      strategy: { blueGreen: { preview: { service: 'preview' }, previewReplicas: 1, before: [{ analyze: { metrics: ['smoke'], undecided: 'hold', for: '1m30s' } }, { pause: {} }], after: [{ analyze: { metrics: ['smoke'], undecided: 'hold', for: '1m30s' } }], keep: '1m30s' } },
    });
    expect(own?.metrics).toEqual([{ name: 'smoke', template: { name: 'smoke' } }, { name: 'errors', errorRate: {} }]);
    expect(converted(rollout({ blueGreen: { activeService: 'web', autoPromotionSeconds: 30 } })).strategy.blueGreen?.before).toEqual([{ pause: { for: '30s' } }]);
    expect(converted(rollout({ blueGreen: { activeService: 'web' } })).strategy.blueGreen?.before).toEqual([]);
  });

  it('is not made of what cannot be served', () => {
    expect(rolloutPolicy(rollout({ canary: { ...nginx, trafficRouting: { alb: {} } } }))).toMatchObject({ policies: [], problems: [{ problem: expect.stringContaining('AWS') as string }] });
  });
});

describe('its analyses', () => {
  const known = {
    analysisTemplates: [analysisTemplate('rate', { args: [{ name: 'job' }, { name: 'limit', value: '5' }], metrics: [{ name: 'Success Rate', interval: '30s', failureLimit: '{{args.limit}}', successCondition: 'result[0] >= {{args.limit}}', provider: { prometheus } }, { name: 'odd', successCondition: 'len(result) > 3', provider: { prometheus } }] })],
    clusterAnalysisTemplates: [{ ...analysisTemplate('page', { args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }], metrics: [{ name: 'page', count: 2, interval: '10s', initialDelay: '1m', failureCondition: 'result.errors > 3', provider: { web: { url: 'http://a/', headers: [{ key: 'X-Token', value: '{{args.token}}' }, { key: 'Authorization', value: 'Bearer {{args.token}}' }], jsonPath: '{$.data}', timeoutSeconds: 5 } } }] }), kind: 'ClusterAnalysisTemplate' }],
  };

  it('become metrics, templates and notes', () => {
    const given = rollout({ canary: { ...nginx, analysis: { templates: [{ templateName: 'rate' }], args: [{ name: 'job', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }], startingStep: 1 }, steps: [{ setWeight: 20 }, { analysis: { templates: [{ templateName: 'page', clusterScope: true }, { templateName: 'rate' }], args: [{ name: 'job', value: 'x' }] } }] } });
    const result = rolloutPolicy(given, known);
    expect(lint(result)).toEqual([]);
    expect(result.policies[0]?.spec.analysis?.metrics).toEqual([
      { name: 'rate-success-rate', template: { name: 'rate-success-rate', arguments: [{ name: 'job', value: 'web' }] } },
      { name: 'page', template: { kind: 'ClusterMetricTemplate', name: 'page' } },
      { name: 'rate-success-rate-2', template: { name: 'rate-success-rate', arguments: [{ name: 'job', value: 'x' }] } },
    ]);
    expect(result.policies[0]?.spec.strategy.canary?.steps[1]).toEqual({ analyze: { metrics: ['page', 'rate-success-rate-2'], undecided: 'hold' } });
    expect(result.metricTemplates.map(({ kind, metadata, spec }) => [kind, metadata.name, spec.condition, spec.from])).toEqual([
      ['MetricTemplate', 'rate-success-rate', { success: 'result >= {{arguments.limit}}', every: '30s', failureLimit: 5 }, { prometheus: { address: 'http://p:9090', value: 'up{job="{{arguments.job}}"}', every: '5s', timeout: '10s' } }],
      ['ClusterMetricTemplate', 'page', { failure: 'result.errors > 3', every: '10s', delay: '1m', count: 2 }, { web: { url: 'http://a/', headers: [{ name: 'X-Token', from: { secret: 's', key: 'k' } }], path: '{$.data}', timeout: '5s' } }],
    ]);
    expect(result.notes.map(({ note }) => note).filter((note) => /odd|Bearer|the policy has its present value|from the beginning/.test(note))).toHaveLength(5);
  });

  it('take the hash of a version as the name of its ReplicaSet, and dry runs as such', () => {
    const given = rollout({ canary: { ...nginx, steps: [{ setWeight: 20 }, { analysis: { templates: [{ templateName: 'rate' }], args: [{ name: 'job', valueFrom: { podTemplateHashValue: 'Latest' } }], dryRun: [{ metricName: '.*' }] } }] } });
    const result = rolloutPolicy(given, known);
    expect(lint(result)).toEqual([]);
    expect(result.metricTemplates[0]?.spec.from?.prometheus?.value).toBe('up{job="{{canary}}"}');
    expect(result.policies[0]?.spec.analysis?.metrics?.map(({ dryRun }) => dryRun)).toEqual([true, undefined]);
    expect(result.policies[0]?.spec.strategy.canary?.steps).toEqual([{ weight: 20 }]);
  });

  it('wait where a policy can: for no failure at all, and for secrets in headers alone', () => {
    const templates = [analysisTemplate('odd', { args: [{ name: 'url', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }, { name: 'every', value: '5s' }], metrics: [
      { name: 'a', interval: '{{args.every}}', count: 9, failureLimit: -1, consecutiveSuccessLimit: 3, successCondition: 'result > 1', provider: { web: { url: 'http://a/' } } },
      { name: 'b', successCondition: 'result > 1', provider: { web: { url: '{{args.url}}' } } },
    ] })];
    const result = rolloutPolicy(rollout({ canary: { ...nginx, steps: [{ setWeight: 20 }, { analysis: { templates: [{ templateName: 'odd' }] } }] } }), { analysisTemplates: templates });
    expect(lint(result)).toEqual([]);
    expect(result.metricTemplates.map(({ spec }) => spec.condition)).toEqual([{ success: 'result > 1', every: '5s', count: 9, failureLimit: 1_000_000, consecutiveSuccessLimit: 3 }]);
    expect(result.notes.map(({ note }) => note).join()).toContain('argument url comes from a Secret');
  });

  it('of templates that are elsewhere are named', () => {
    expect(converted(rollout({ canary: { ...nginx, analysis: { templates: [{ templateName: 'elsewhere' }] }, steps: [{ setWeight: 20 }] } })).notes.join()).toContain('AnalysisTemplate elsewhere is not among the files');
  });
});

it('whatever a Rollout asks for, its policy is one that lint lets pass', () => {
  const step = fc.oneof(
    fc.record({ setWeight: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ pause: fc.oneof(fc.constant({}), fc.record({ duration: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constantFrom('10s', '1h30m', '250ms', '0')) })) }),
    fc.record({ setCanaryScale: fc.constantFrom({ replicas: 3 }, { weight: 40 }, { matchTrafficWeight: true }) }),
    fc.record({ analysis: fc.record({ templates: fc.constantFrom([{ templateName: 'rate' }], [{ templateName: 'none' }]), args: fc.constant([{ name: 'job', value: 'x' }]) }) }),
    fc.record({ experiment: fc.constant({ duration: '5m', templates: [{ name: 'a', specRef: 'canary' }] }) }),
  );
  const steps = fc.array(step, { maxLength: 12 });
  const routing = fc.constantFrom({ nginx: { stableIngresses: ['a', 'b'], annotationPrefix: 'x.y' } }, { istio: { virtualService: { name: 'web' } } }, { istio: { virtualService: { name: 'web', tlsRoutes: [{ port: 443, sniHosts: ['a'] }], tcpRoutes: [{}] } } }, { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'web' } } });
  const routed = fc.record({ steps, trafficRouting: routing, analysis: fc.option(fc.constant({ templates: [{ templateName: 'rate' }], args: [{ name: 'job', value: 'y' }] }), { nil: undefined }) }).map((canary) => ({ canary: { ...canary, stableService: 'web', canaryService: 'web-canary' } }));
  const plain = fc.record({ steps: steps.map((all) => all.filter((each) => !('setCanaryScale' in each))), maxSurge: fc.constantFrom(1, '30%'), stableService: fc.constantFrom('web', undefined) }).map((canary) => ({ canary }));
  const blueGreen = fc.record({ activeService: fc.constant('web'), previewService: fc.constantFrom('preview', undefined), previewReplicaCount: fc.integer({ min: 0, max: 3 }), autoPromotionEnabled: fc.boolean(), autoPromotionSeconds: fc.integer({ min: 0, max: 99 }), scaleDownDelaySeconds: fc.integer({ min: 0, max: 99 }) }).map((each) => ({ blueGreen: each }));
  const analysisTemplates = [analysisTemplate('rate', { args: [{ name: 'job' }], metrics: [{ name: 'a', interval: '1m', count: 3, successCondition: 'result[0] > 1', provider: { prometheus } }] })];
  fc.assert(fc.property(fc.oneof(routed, plain, blueGreen), fc.record({ minReadySeconds: fc.integer({ min: 0, max: 9 }), progressDeadlineSeconds: fc.integer({ min: 10, max: 9999 }), paused: fc.boolean() }), (strategy, spec) => {
    const result = rolloutPolicy(rollout(strategy, spec), { analysisTemplates });
    expect(result.problems).toEqual([]);
    expect(result.policies).toHaveLength(1);
    expect(lint(result)).toEqual([]);
  }));
});
