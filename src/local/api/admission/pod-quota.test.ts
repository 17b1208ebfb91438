import { describe, expect, it } from 'vitest';
import type { KubernetesObject, UnknownObject } from '../../../kubernetes/objects.js';
import type { KindContext } from '../kinds/kind.js';
import { podQuotaRefusal } from './pod-quota.js';

const pod = (name: string, phase = 'Running'): UnknownObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'team' }, status: { phase } });

function withQuota(hard: Record<string, string>, pods: KubernetesObject[]): KindContext {
  const quota: UnknownObject = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few', namespace: 'team' }, spec: { hard } };
  return { now: 0, find: () => undefined, list: ({ kind }) => (kind === 'Pod' ? pods : [quota]) };
}

describe('quota of Pods', () => {
  it('refuses the Pod that is one too many, in the words of the real server', () => {
    expect(podQuotaRefusal(pod('c'), withQuota({ pods: '2' }, [pod('a'), pod('b')]))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: 'pods "c" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2',
    });
  });

  it('does not count Pods that have ended, except as objects', () => {
    const pods = [pod('a'), pod('b', 'Succeeded')];
    expect(podQuotaRefusal(pod('c'), withQuota({ pods: '2' }, pods))).toBeUndefined();
    expect(podQuotaRefusal(pod('c'), withQuota({ 'count/pods': '2' }, pods))?.message).toContain('requested: count/pods=1, used: count/pods=2');
    expect(podQuotaRefusal(pod('c'), withQuota({ cpu: '1' }, pods))).toBeUndefined();
  });
});
