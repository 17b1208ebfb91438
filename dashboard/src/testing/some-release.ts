import type { ReleaseSummary } from '../api/types.js';

/** A release under way, for tests; `over` says what is to be different. */
export function someRelease(id: string, over: Partial<ReleaseSummary> = {}): ReleaseSummary {
  const [namespace = '', name = ''] = id.split('/');
  return {
    id, namespace, name, policy: name, uid: `uid of ${id}`, phase: 'Progressing', outcome: 'running', message: 'Works.', messageZh: '进行中。', share: 100,
    step: { index: 0, count: 3, what: 'weight 10 %', whatZh: '权重 10 %' },
    startedAt: '2026-01-02T03:04:05Z',
    stable: { replicaSet: `${name}-a`, hash: 'a', images: ['registry.example.com/shop/web:v1'], name: 'web:v1' },
    canary: { replicaSet: `${name}-b`, hash: 'b', images: ['registry.example.com/shop/web:v2'], name: 'web:v2' },
    waitsFor: null, waitsForMe: false, requests: { stable: { requests: 0, failures: 0 }, canary: { requests: 0, failures: 0 } }, paused: false, revision: '1',
    ...over,
  };
}
