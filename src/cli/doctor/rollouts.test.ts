import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { Leader } from './facts.js';
import { checkRollouts } from './rollouts.js';

const rollout = (managers: readonly string[] = []): KubernetesObject => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web', namespace: 'shop', managedFields: managers.map((manager) => ({ manager, operation: 'Update', subresource: 'status' })) } });
const controller = (frontends: string): Deployment => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'serin', namespace: 'serin-system' }, spec: { selector: {}, template: { spec: { containers: [{ name: 'serin', args: ['controller', `--frontends=${frontends}`] }] } } } });
const leader = (alive: boolean): Leader => ({ alive, lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'argo-rollouts-controller-lock', namespace: 'argo-rollouts' }, spec: { holderIdentity: 'pod-1' } } });
const found = (rollouts: readonly KubernetesObject[], controllers: readonly Deployment[], leaders: readonly Leader[]): string[] => checkRollouts({ rollouts, controllers, argoLeaders: leaders }).map(({ result, message }) => `${result} ${message}`);

describe('who looks after Rollouts', () => {
  it('is of no interest where there are none', () => {
    expect(found([], [controller('argo')], [leader(true)])).toEqual([]);
    expect(checkRollouts({ rollouts: 'unserved', controllers: [], argoLeaders: [] })).toEqual([]);
  });

  it('is Serin where it was told so', () => {
    expect(found([rollout()], [controller('kubevela,argo')], [leader(false)])).toEqual(['ok Serin looks after 1 Rollout.']);
    expect(found([rollout(['serin'])], [], [])).toEqual(['ok Serin looks after 1 Rollout.']);
  });

  it('is the other controller, alone or beside Serin', () => {
    expect(found([rollout(), rollout()], [controller('kubevela')], [leader(true)])).toEqual(["ok Argo Rollouts' own controller looks after 2 Rollouts; Serin does not."]);
    expect(found([rollout()], [controller('argo')], [leader(true)])).toEqual(["fail Argo Rollouts' own controller holds Lease argo-rollouts/argo-rollouts-controller-lock (pod-1), so Serin leaves 1 Rollout alone."]);
  });

  it('is nobody', () => {
    expect(found([rollout(['rollouts-controller'])], [controller('kubevela')], [])).toEqual([expect.stringMatching(/^warn Nobody looks after 1 Rollout: /)]);
  });
});
