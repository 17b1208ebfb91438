import { describe, expect, it } from 'vitest';
import type { Deployment, DeploymentStatus } from '../../../kubernetes/generated/apps-v1.js';
import { REVISION } from '../labels.js';
import { readinessOf } from './readiness.js';

const done: DeploymentStatus = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, readyReplicas: 2 };
const deployment = (status: DeploymentStatus, replicas = 2): Deployment => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', generation: 3, labels: { [REVISION]: 'web-v2' } },
  spec: { replicas, selector: {}, template: {} }, status,
});
const wanted = { revision: 'web-v2', size: 2 };

describe('a Deployment', () => {
  it('is ready when all its Pods are of the revision and ready', () => {
    expect(readinessOf(deployment(done), wanted)).toEqual({ ready: true, message: 'Ready:2/2' });
    expect(readinessOf(deployment(done), { revision: 'web-v2' }).ready).toBe(true);
  });

  it.each([
    ['its status is of an earlier spec', deployment({ ...done, observedGeneration: 2 }), 'Ready:0/2'],
    ['it is of another revision', { ...deployment(done), metadata: { name: 'web', generation: 3, labels: { [REVISION]: 'web-v1' } } }, 'Ready:0/2'],
    ['Pods of an earlier template are left', deployment({ ...done, replicas: 3 }), 'Ready:2/2'],
    ['Pods are not of its template', deployment({ ...done, updatedReplicas: 1 }), 'Ready:1/2'],
    ['Pods are not ready', deployment({ ...done, readyReplicas: 1 }), 'Ready:1/2'],
    ['it has another size than is asked for', deployment(done, 3), 'Ready:0/2'],
    ['it has no status', deployment({}), 'Ready:0/2'],
  ])('is not ready while %s', (_, found, message) => {
    expect(readinessOf(found, wanted)).toEqual({ ready: false, message });
  });

  it('is not ready before it is there', () => {
    expect(readinessOf(undefined, wanted).ready).toBe(false);
  });
});
