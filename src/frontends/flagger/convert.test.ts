import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../cli/manifests/defaults.js';
import { checkPolicyAlone } from '../../controller/policy-checks.js';
import { formatPath, formatProblem } from '../../model/policy-problem.js';
import type { PolicySpec } from '../../model/release-policy.js';
import { compilePolicy } from '../../strategies/compile.js';
import type { FlaggerMetricTemplate } from './canary.js';
import { canaryPolicy } from './convert.js';

const canary = (spec: object, analysis: object = { interval: '1m', threshold: 5, stepWeight: 10, maxWeight: 50 }): unknown => ({
  apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: { name: 'podinfo', namespace: 'test' },
  spec: { provider: 'istio', targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' }, service: { port: 9898 }, analysis, ...spec },
});

function converted(given: unknown, metricTemplates: FlaggerMetricTemplate[] = []): PolicySpec & { notes: string[] } {
  const { policies: [policy], problems, notes } = canaryPolicy(given, { metricTemplates });
  expect(problems.map(formatProblem)).toEqual([]);
  if (!policy) throw new Error('no policy');
  const whole = withDefaults(policy);
  expect(checkPolicyAlone(whole).filter(({ severity }) => severity !== 'warning').map(formatProblem)).toEqual([]);
  compilePolicy(whole.spec);
  return { ...policy.spec, notes: notes.map(({ note }) => note) };
}

describe('a Canary as a policy', () => {
  it('goes up by its weights', () => {
    const { strategy, router, service, workload, readyTimeout } = converted(canary({}));
    expect({ router, service, workload, readyTimeout }).toEqual({ router: { istio: { virtualServices: [{ name: 'podinfo' }] } }, service: 'podinfo', workload: { deployment: 'podinfo' }, readyTimeout: '10m' });
    expect(strategy.canary?.steps.flatMap(({ weight, analyze }) => [weight ?? analyze?.for])).toEqual([10, '1m', 20, '1m', 30, '1m', 40, '1m', 50, '1m']);
    expect(converted(canary({}, { interval: '30s', stepWeight: 20, maxWeight: 50 })).strategy.canary?.steps.flatMap(({ weight }) => weight ?? [])).toEqual([20, 40, 60]);
    expect(converted(canary({}, { stepWeights: [1, 2, 10, 80] })).strategy.canary?.steps.flatMap(({ weight }) => weight ?? [])).toEqual([1, 2, 10, 80]);
  });

  it('has no more steps than a policy can have', () => {
    const { strategy, notes } = converted(canary({}, { stepWeight: 1, webhooks: [{ name: 'end', type: 'confirm-promotion', url: 'http://g/end' }] }));
    expect(strategy.canary?.steps.length).toBeLessThanOrEqual(50);
    expect(strategy.canary?.steps.flatMap(({ weight }) => weight ?? []).at(-1)).toBe(100);
    expect(strategy.canary?.steps.at(-1)?.gate?.url).toBe('http://g/end');
    expect(notes.join()).toContain('at most 50 steps');
  });

  it('is blue/green or A/B where it counts iterations', () => {
    expect(converted(canary({ provider: 'kubernetes' }, { interval: '30s', iterations: 10 }))).toMatchObject({ router: { service: {} }, strategy: { blueGreen: { before: [{ analyze: { for: '5m', minimumRequests: 0 } }] } } });
    expect(converted(canary({}, { interval: '30s', iterations: 4, match: [{ headers: { 'x-canary': { exact: 'insider' } } }, { headers: { cookie: { regex: '^a=b$' }, 'x-b': { suffix: '.com' } } }] })).strategy.ab).toEqual({
      stages: [{ audience: { matches: [{ headers: [{ name: 'x-canary', exact: 'insider' }] }, { headers: [{ name: 'cookie', regex: '^a=b$' }, { name: 'x-b', regex: '.*\\.com' }] }] }, checks: [{ analyze: { for: '2m' } }] }],
    });
  });

  it('is measured by what Flagger knows, and by templates', () => {
    const metricTemplates = [{ apiVersion: 'flagger.app/v1beta1', kind: 'MetricTemplate', metadata: { name: 'not-found', namespace: 'test' }, spec: { provider: { type: 'prometheus', address: 'http://p:9090' }, query: 'sum(rate(x{ns="{{ namespace }}",w="{{ target }}",d="{{ variables.d }}"}[{{ interval }}]))' } }];
    const { analysis } = converted(canary({}, { interval: '1m', threshold: 3, stepWeight: 50, metrics: [
      { name: 'request-success-rate', thresholdRange: { min: 99.5 } }, { name: 'request-duration', thresholdRange: { max: 500 }, interval: '30s' }, { name: '404s', templateRef: { name: 'not-found' }, thresholdRange: { min: 1, max: 5 }, interval: '2m', templateVariables: { d: 'e' } },
    ] }), metricTemplates);
    expect(analysis?.metrics).toEqual([
      { name: 'request-success-rate', errorRate: { below: '0.5%' } },
      { name: 'request-duration', latency: { percentile: 'p99', below: '500ms' } },
      { name: '404s', condition: { success: 'result >= 1 && result <= 5', every: '2m', failureLimit: 2 }, from: { prometheus: { address: 'http://p:9090', value: 'sum(rate(x{ns="test",w="podinfo",d="e"}[2m]))', every: '5s', timeout: '10s' } } },
    ]);
    expect(converted(canary({}, { stepWeight: 50, metrics: [{ name: 'x', templateRef: { name: 'gone' } }] })).notes.join()).toContain('MetricTemplate gone is not among the files');
  });

  it('asks gates, mirrors first, and keeps users', () => {
    const { strategy, sticky, notes } = converted(canary({ suspend: true }, { interval: '1m', stepWeight: 50, mirror: true, mirrorWeight: 20, sessionAffinity: { cookieName: 'flagger', maxAge: 3600 }, webhooks: [
      { name: 'start', type: 'confirm-rollout', url: 'http://g/start' }, { name: 'load', url: 'http://l/' }, { name: 'up', type: 'confirm-traffic-increase', url: 'http://g/up' }, { name: 'end', type: 'confirm-promotion', url: 'http://g/end' }, { name: 'odd', type: 'odd', url: 'http://g/' },
    ] }));
    expect(strategy.canary?.steps.map(({ gate, mirror, weight, analyze }) => gate?.url ?? mirror ?? weight ?? analyze?.for)).toEqual(['http://g/start', 20, '1m', 0, 'http://g/up', 50, '1m', 'http://g/up', 100, '1m', 'http://g/end']);
    expect(sticky).toEqual({ cookie: 'flagger', for: '1h' });
    expect(notes.filter((note) => /becomes a gate|load: Nothing|no webhook of type odd/.test(note))).toHaveLength(5);
  });

  it.each([['nginx', { ingressRef: { name: 'web' } }, { ingressNginx: { ingresses: ['web'] } }], ['gatewayapi:v1', {}, { gatewayApi: { routes: [{ name: 'podinfo' }] } }], [undefined, { ingressRef: { name: 'web' } }, { ingressNginx: { ingresses: ['web'] } }], [undefined, {}, { istio: { virtualServices: [{ name: 'podinfo' }] } }]])('of provider %s', (provider, spec, router) => {
    expect(converted(canary({ provider, ...spec })).router).toEqual(router);
  });

  it('is not made of what cannot be released, and says all at once', () => {
    const { problems, policies } = canaryPolicy(canary({ provider: 'linkerd', targetRef: { kind: 'DaemonSet', name: 'x' }, anlysis: {}, analysis: undefined }));
    expect(policies).toEqual([]);
    expect(problems.map(({ path }) => formatPath(path))).toEqual(['spec.anlysis', 'spec.targetRef.kind', 'spec.provider', 'spec.analysis']);
  });
});
