import type { ReleaseDetail, Verb } from '../../api/types.js';

const version = (hash: string, tag: string) => ({ replicaSet: `web-${hash}`, hash, images: [`web:${tag}`], name: `web:${tag} (web-${hash})` });

/** A release that watches its canary at 20 %, with changes of a test's own. */
export function sampleRelease(change: Partial<ReleaseDetail> = {}): ReleaseDetail {
  return {
    id: 'shop/web-17', namespace: 'shop', name: 'web-17', policy: 'web', uid: 'uid-1', phase: 'Progressing', outcome: 'running', message: 'Watches the canary.', messageZh: '观察金丝雀版本。',
    share: 200, step: { index: 1, count: 3, what: 'watch for 5m', whatZh: '观察 5 分钟' }, startedAt: '2026-11-22T10:00:00Z', stable: version('a', 'v1'), canary: version('b', 'v2'),
    waitsFor: null, waitsForMe: false, requests: { stable: { requests: 900, failures: 1 }, canary: { requests: 100, failures: 4 } }, paused: false, revision: '7',
    stages: [
      { index: 0, kind: 'begin', what: 'begin', whatZh: '开始', state: 'done' },
      { index: 1, step: 1, kind: 'weight', what: '20 % to the canary', whatZh: '20%', state: 'done', share: 200 },
      { index: 2, step: 2, kind: 'analyze', what: 'watch for 5m', whatZh: '观察 5 分钟', state: 'now' },
      { index: 3, step: 3, kind: 'promote', what: 'promote', whatZh: '全量发布', state: 'todo' },
    ],
    shares: { asked: null, written: null, accepted: null, counted: null },
    podsHidden: false,
    versions: [], events: [], approvals: [], metrics: [], actions: [], deeds: [], tested: [], reached: 200, ...change,
  };
}

/** An action that is allowed, or not. */
export const sampleAction = (verb: Verb, allowed = true) => ({ verb, allowed, consequence: '', consequenceZh: '' });
