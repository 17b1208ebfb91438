import { describe, expect, it } from 'vitest';
import { startApi } from '../../testing/local-client.js';

const AUTOSCALERS = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

describe('an autoscaler', () => {
  it.each<[string, object, string]>([
    ['without a source', { metrics: [{ type: 'Pods' }] }, 'spec.metrics[0].pods: Required value: must populate information for the given metric source'],
    ['with a source too many', { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } }, pods: { metric: { name: 'x' }, target: { type: 'AverageValue', averageValue: 1 } } }] }, 'spec.metrics[0].pods: Forbidden: must populate the given metric source only'],
    ['without a value', { metrics: [{ type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value' } } }] }, 'must set either a target value for metric or a per-pod target'],
    ['with 0 per cent', { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0 } } }] }, 'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0'],
    ['without a name', { metrics: [{ type: 'Pods', pods: { metric: { name: '' }, target: { type: 'AverageValue', averageValue: 1 } } }] }, 'spec.metrics[0].pods.metric.name: Required value: must specify a metric name'],
    ['with an unknown type', { metrics: [{ type: 'Guess' }] }, 'spec.metrics[0].type: Unsupported value: "Guess"'],
    ['that waits too long', { behavior: { scaleDown: { stabilizationWindowSeconds: 3601 } } }, 'spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600'],
    ['that moves by nothing', { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 0, periodSeconds: 15 }] } } }, 'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero'],
  ])('%s is refused', async (_what, rest, message) => {
    const { call } = startApi();
    const answer = await call('POST', AUTOSCALERS, { metadata: { name: 'web' }, spec: { scaleTargetRef: target, maxReplicas: 3, ...rest } });
    expect(answer.status).toBe(422);
    expect(answer.json.message).toContain(message);
  });
});
