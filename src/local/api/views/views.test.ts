import { describe, expect, it } from 'vitest';
import { startApi } from '../testing/local-client.js';

describe('autoscalers in version 1', () => {
  const V1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
  const V2 = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

  it('are those of version 2', async () => {
    const { call } = startApi();
    const made = await call('POST', V1, { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' }, spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 70 } });
    expect(made.json).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 70 } });
    expect((await call('GET', `${V2}/web`)).json).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }] },
    });
    expect((await call('PATCH', `${V1}/web`, { spec: { targetCPUUtilizationPercentage: 60 } })).json.spec.targetCPUUtilizationPercentage).toBe(60);
    expect((await call('GET', V1)).json).toMatchObject({ kind: 'HorizontalPodAutoscalerList', apiVersion: 'autoscaling/v1', items: [{ spec: { targetCPUUtilizationPercentage: 60 } }] });
    const used = { currentReplicas: 2, desiredReplicas: 3, currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 95 } } }] };
    expect((await call('PATCH', `${V2}/web/status`, { status: used })).status).toBe(200);
    expect((await call('GET', `${V1}/web`)).json.status).toEqual({ currentReplicas: 2, desiredReplicas: 3, currentCPUUtilizationPercentage: 95 });
    expect((await call('POST', V1, { metadata: { name: 'x' }, spec: { scaleTargetRef: target, maxReplicas: 0 } })).status).toBe(422);
  });

  it('lose nothing that only version 2 has', async () => {
    const { call } = startApi();
    const metrics = [
      { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '30' } } },
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
    ];
    const behavior = { scaleDown: { stabilizationWindowSeconds: 10 } };
    const before = (await call('POST', V2, { metadata: { name: 'web' }, spec: { scaleTargetRef: target, maxReplicas: 5, metrics, behavior } })).json.spec;
    const seen = (await call('GET', `${V1}/web`)).json;
    expect(seen.spec).toEqual({ scaleTargetRef: target, minReplicas: 1, maxReplicas: 5, targetCPUUtilizationPercentage: 50 });
    expect((await call('PUT', `${V1}/web`, { ...seen, spec: { ...seen.spec, maxReplicas: 6 } })).status).toBe(200);
    const { metadata, spec } = (await call('GET', `${V2}/web`)).json;
    expect(metadata.annotations).toBeUndefined();
    expect(spec).toEqual({ ...before, maxReplicas: 6, metrics: [metrics[1], metrics[0]] });
  });

  it('can be watched, and are discovered', async () => {
    const { call, transport } = startApi();
    const query = new URLSearchParams({ watch: '1' });
    const { chunks } = await transport.stream({ method: 'GET', path: V1, query });
    await call('POST', V2, { metadata: { name: 'web' }, spec: { scaleTargetRef: target, maxReplicas: 5 } });
    for await (const chunk of chunks) {
      expect(JSON.parse(chunk.split('\n')[0] ?? '')).toMatchObject({ type: 'ADDED', object: { apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80 } } });
      break;
    }
    expect((await call('GET', '/apis/autoscaling')).json).toMatchObject({ versions: [{ version: 'v2' }, { version: 'v1' }], preferredVersion: { version: 'v2' } });
  });
});

it('Events are the same in both groups', async () => {
  const { call } = startApi();
  const path = '/apis/events.k8s.io/v1/namespaces/default/events';
  const regarding = { kind: 'Pod', name: 'p', namespace: 'default' };
  const event = { metadata: { name: 'e' }, eventTime: '2026-01-01T00:00:00.000000Z', reportingController: 'a.test/b', reportingInstance: 'b-1', action: 'Do', reason: 'Why', regarding, type: 'Normal', note: 'text' };
  expect((await call('POST', path, event)).json).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'text', regarding });
  expect((await call('GET', '/api/v1/namespaces/default/events/e')).json).toMatchObject({ apiVersion: 'v1', message: 'text', involvedObject: regarding, reportingComponent: 'a.test/b' });
  await call('PATCH', '/api/v1/namespaces/default/events/e', { message: 'other', count: 2 });
  expect((await call('GET', `${path}/e`)).json).toMatchObject({ note: 'other', deprecatedCount: 2 });
});
