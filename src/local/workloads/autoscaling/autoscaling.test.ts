import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../../kubernetes/generated/autoscaling-v2.js';
import { KindFinder } from '../loop/kind-finder.js';
import { NOON, pod, type PodTraits } from '../testing/objects.js';
import { proposeFor, type MetricContext } from './metric-proposal.js';
import { MetricSource, milli, type PodSamples } from './metric-source.js';
import { averageReplicas, requestsOf, sharedReplicas, totalReplicas, utilizationReplicas } from './replica-calculator.js';
import { ScalingHistory } from './scaling-history.js';

const tolerances = { down: 0.1, up: 0.1 };
const old = (name: string, traits: PodTraits = {}) => ({ ...pod(name, { readySince: NOON - 3_600_000, ...traits }), status: { ...pod(name, { readySince: NOON - 3_600_000, ...traits }).status, startTime: '2026-01-01T00:00:00Z' } });
const samples = (values: Record<string, number>): PodSamples => new Map(Object.entries(values).map(([name, value]) => [name, { value, at: NOON, window: 15_000 }]));
const observed = (values: Record<string, number>, pods = Object.keys(values).map((name) => old(name)), current = pods.length) => ({ samples: samples(values), pods, current, tolerances, cpu: true, now: NOON });
const requests = (value: number, ...names: string[]) => new Map(names.map((name) => [name, value]));

describe('how many replicas', () => {
  it('an average asks for', () => {
    expect(averageReplicas(observed({ a: 300, b: 500, c: 700 }), 300)).toEqual({ replicas: 5, usage: 500 });
    expect(averageReplicas(observed({ a: 105, b: 109 }), 100)).toEqual({ replicas: 2, usage: 107 });
    expect(averageReplicas(observed({ a: 20, b: 20, c: 20 }), 100)).toEqual({ replicas: 1, usage: 20 });
  });

  it('a utilization asks for, of what was requested', () => {
    expect(utilizationReplicas(observed({ a: 300, b: 500, c: 700 }), requests(1000, 'a', 'b', 'c'), 30)).toEqual({ replicas: 5, usage: 500, utilization: 50 });
    expect(() => utilizationReplicas(observed({ a: 1 }), requests(0, 'a'), 30)).toThrow('no metrics returned matched known pods');
  });

  it('leaves out Pods that go or failed, and counts canary Pods as any other', () => {
    const pods = [old('stable', {}), old('canary', { metadata: { labels: { app: 'web', track: 'canary' } } }), old('failed', { phase: 'Failed' })];
    expect(averageReplicas({ ...observed({ stable: 100, canary: 300, failed: 9000 }, pods), current: 1 }, 100)).toEqual({ replicas: 4, usage: 200 });
  });

  it('takes Pods that nobody measured as idle on the way up, as busy on the way down', () => {
    const pods = [old('a'), old('b'), old('c')];
    expect(averageReplicas(observed({ a: 200, b: 200 }, pods), 100).replicas).toBe(4);
    expect(averageReplicas(observed({ a: 120, b: 120 }, pods), 100).replicas).toBe(3);
    expect(averageReplicas(observed({ a: 10, b: 10 }, pods), 100).replicas).toBe(2);
    expect(averageReplicas(observed({ a: 90, b: 80 }, pods), 100).replicas).toBe(3);
  });

  it('takes Pods that are not ready yet as idle, for processor time only', () => {
    const young = { ...pod('young', { readySince: NOON - 5000 }), status: { ...pod('young', { readySince: NOON - 5000 }).status, startTime: '2026-01-01T11:59:50Z' } };
    const pods = [old('a'), young];
    const values = { a: 150, young: 900 };
    expect(averageReplicas(observed(values, pods), 100).replicas).toBe(2);
    expect(averageReplicas({ ...observed(values, pods), cpu: false }, 100).replicas).toBe(11);
    expect(() => averageReplicas(observed({ young: 9 }, [young]), 100)).toThrow('did not receive metrics for targeted pods (pods might be unready)');
  });

  it('one value for all asks for', () => {
    const pods = [old('a'), old('b'), pod('unready')];
    expect(totalReplicas(200, 100, 3, pods, tolerances)).toEqual({ replicas: 4, usage: 200 });
    expect(totalReplicas(105, 100, 3, pods, tolerances).replicas).toBe(3);
    expect(sharedReplicas(900, 100, 3, tolerances)).toEqual({ replicas: 9, usage: 300 });
    expect(sharedReplicas(310, 100, 3, tolerances)).toEqual({ replicas: 3, usage: 104 });
    expect(sharedReplicas(310, 100, 0, tolerances)).toEqual({ replicas: 4, usage: 310 });
  });

  it('never turns the direction, whoever is missing', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 1, max: 1000 })), { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 500 }), (values, target) => {
        const known = Object.fromEntries(values.flatMap((value, index) => (value === null ? [] : [[`p${index}`, value]])));
        fc.pre(Object.keys(known).length > 0);
        const pods = values.map((_, index) => old(`p${index}`));
        const { replicas, usage } = averageReplicas(observed(known, pods), target);
        if (usage > target) expect(replicas).toBeGreaterThanOrEqual(pods.length);
        if (usage < target) expect(replicas).toBeLessThanOrEqual(pods.length);
      }),
    );
  });

  it('reads what is requested', () => {
    const asking = (cpu?: string) => pod('p', { spec: { containers: [{ name: 'web', ...(cpu !== undefined && { resources: { requests: { cpu } } }) }, { name: 'side', resources: { requests: { cpu: '100m' } } }] } });
    expect(requestsOf([asking('0.3')], 'cpu', undefined)).toEqual(new Map([['p', 400]]));
    expect(requestsOf([asking('0.3')], 'cpu', 'side')).toEqual(new Map([['p', 100]]));
    expect(() => requestsOf([asking()], 'cpu', undefined)).toThrow('missing request for cpu in container web of Pod p');
    expect([milli('0.3'), milli('1500u'), milli('2Ki'), milli('x')]).toEqual([300, 2, 2_048_000, undefined]);
  });
});

describe('how fast', () => {
  const limits = { minimum: 1, maximum: 20 };

  it('without behaviour: up at once but at most doubled, down to the highest of five minutes', () => {
    const history = new ScalingHistory(4, 0);
    expect(history.limit(15, 4, limits, undefined, 0)).toMatchObject({ replicas: 8, reason: 'ScaleUpLimit' });
    expect(history.limit(15, 8, { minimum: 1, maximum: 10 }, undefined, 0)).toMatchObject({ replicas: 10, reason: 'TooManyReplicas' });
    expect(history.limit(0, 2, limits, undefined, 0)).toMatchObject({ replicas: 1, reason: 'TooFewReplicas' });
    expect(history.stabilize(2, 4, undefined, 300_000, 1000)).toMatchObject({ replicas: 4, reason: 'ScaleDownStabilized' });
    expect(history.stabilize(6, 4, undefined, 300_000, 2000)).toMatchObject({ replicas: 6, reason: 'ReadyForNewScale' });
    expect(history.stabilize(2, 6, undefined, 300_000, 301_500).replicas).toBe(6);
    expect(history.stabilize(2, 6, undefined, 300_000, 302_500).replicas).toBe(2);
  });

  it('with behaviour: as its windows and policies say', () => {
    const behavior = {
      scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }, { type: 'Percent', value: 10, periodSeconds: 30 }] },
      scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Min', policies: [{ type: 'Pods', value: 1, periodSeconds: 30 }, { type: 'Percent', value: 50, periodSeconds: 30 }] },
    };
    const history = new ScalingHistory(10, -120_000);
    expect(history.stabilize(18, 10, behavior, 300_000, 0).replicas).toBe(18);
    expect(history.stabilize(14, 10, behavior, 300_000, 10_000)).toMatchObject({ replicas: 14 });
    expect(history.stabilize(18, 10, behavior, 300_000, 20_000)).toMatchObject({ replicas: 14, reason: 'ScaleUpStabilized' });
    expect(history.limit(14, 10, limits, behavior, 0)).toMatchObject({ replicas: 12, reason: 'ScaleUpLimit' });
    history.scaled(10, 12, behavior, 0);
    expect(history.limit(14, 12, limits, behavior, 10_000).replicas).toBe(12);
    expect(history.limit(14, 12, limits, behavior, 31_000).replicas).toBe(14);
    expect(history.limit(4, 12, limits, behavior, 31_000)).toMatchObject({ replicas: 11, reason: 'ScaleDownLimit' });
    expect(history.limit(4, 12, limits, { ...behavior, scaleDown: { ...behavior.scaleDown, selectPolicy: 'Disabled' } }, 31_000).replicas).toBe(12);
  });
});

describe('what one metric says', () => {
  const answers: Record<string, unknown> = {
    '/apis/custom.metrics.k8s.io': { preferredVersion: { version: 'v1beta2' } },
    '/apis/networking.k8s.io/v1': { resources: [{ name: 'ingresses', kind: 'Ingress', namespaced: true }] },
    '/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/pods/*/rps?labelSelector=app%3Dweb&metricLabelSelector=verb%3Dget': {
      items: ['a', 'b'].map((name) => ({ describedObject: { kind: 'Pod', name }, metric: { name: 'rps' }, timestamp: '2026-01-01T12:00:00Z', value: '20' })),
    },
    '/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/ingresses.networking.k8s.io/web/hits': { items: [{ describedObject: { name: 'web' }, value: '2k' }] },
    '/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue?labelSelector=name%3Djobs': { items: [{ value: '30' }, { value: '10' }] },
  };
  const client = {
    raw: (path: string, query?: URLSearchParams) => {
      const asked = query === undefined || query.size === 0 ? path : `${path}?${query.toString()}`;
      return asked in answers ? Promise.resolve(JSON.stringify(answers[asked])) : Promise.reject(new Error(`nothing at ${asked}`));
    },
  };
  const context: MetricContext = {
    source: new MetricSource(client, new KindFinder(client)),
    namespace: 'default',
    selector: 'app=web',
    pods: [old('a'), old('b')],
    wanted: 2,
    current: 2,
    tolerances,
    now: NOON,
    signal: new AbortController().signal,
  };
  const rps = { name: 'rps', selector: { matchLabels: { verb: 'get' } } };
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' };
  const queue = { name: 'queue', selector: { matchLabels: { name: 'jobs' } } };
  it.each<[MetricSpec, number, string, unknown]>([
    [{ type: 'Pods', pods: { metric: rps, target: { type: 'AverageValue', averageValue: '10' } } }, 4, 'pods metric rps', { averageValue: '20' }],
    [{ type: 'Object', object: { metric: { name: 'hits' }, describedObject: ingress, target: { type: 'Value', value: '1k' } } }, 4, 'Ingress metric hits', { value: '2k' }],
    [{ type: 'External', external: { metric: queue, target: { type: 'AverageValue', averageValue: '8' } } }, 5, 'external metric queue(name=jobs)', { averageValue: '20' }],
    [{ type: 'External', external: { metric: queue, target: { type: 'Value', value: '80' } } }, 1, 'external metric queue(name=jobs)', { value: '40' }],
  ])('%j', async (spec, replicas, name, current) => {
    const proposal = await proposeFor(spec, context);
    expect(proposal).toMatchObject({ replicas, name });
    expect(Object.values(proposal.status)).toContainEqual(expect.objectContaining({ current }));
  });

  it('names what failed', async () => {
    const spec: MetricSpec = { type: 'External', external: { metric: { name: 'none' }, target: { type: 'Value', value: '1' } } };
    await expect(proposeFor(spec, context)).rejects.toMatchObject({
      reason: 'FailedGetExternalMetric',
      message: 'failed to get none external metric value: unable to get external metric default/none/: unable to fetch metrics from external metrics API: nothing at /apis/external.metrics.k8s.io/v1beta1/namespaces/default/none',
    });
  });
});
