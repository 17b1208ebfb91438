import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { HorizontalPodAutoscaler, MetricSpec } from '../../kubernetes/generated/autoscaling-v2.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import type { Plan } from '../../model/plan.js';
import type { Intent, Release, ReleaseStatus } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION } from '../../model/resources.js';
import { statusView } from '../status/view.js';
import { explanation } from './explanation.js';
import type { Facts } from './facts.js';
import type { RequestMarks } from './request.js';

const template = (image: string) => ({ metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } });
const deployment: Deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', uid: 'd' }, spec: { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: template('web:v2') } };
const policy: ReleasePolicy = {
  apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'shop', uid: 'p' },
  spec: { workload: { deployment: 'web' }, service: 'web', router: { istio: {} }, strategy: { canary: { steps: [{ weight: 10 }] } } },
};
const replicaSet = (name: string, image: string, replicas: number): ReplicaSet => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, namespace: 'shop', uid: name }, spec: { replicas, selector: {}, template: template(image) } });
const pods = (owner: string, count: number, ready = count): Pod[] =>
  Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name: `${owner}-${index}`, namespace: 'shop', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }] },
    spec: { containers: [] }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: index < ready ? 'True' : 'False' }] },
  }));

const plan: Plan = {
  steps: [{ kind: 'weight', share: 100 }, { kind: 'pause' }, { kind: 'approve', users: ['jane'] }, { kind: 'promote' }], sizing: 'part', readyTimeoutMilliseconds: 1000, drainMilliseconds: 5000,
  preview: { path: '/new' }, sticky: { cookie: 'serin-version', maxAgeSeconds: 86_400 },
};
const intent: Intent = { routing: 'split', share: 100, sizes: { canary: 1 }, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true };

function release(status: Partial<ReleaseStatus> = {}, change: Partial<Intent> = {}): Release {
  return {
    apiVersion: API_VERSION, kind: 'Release', metadata: { name: 'web-1', namespace: 'shop', uid: 'r' },
    spec: { policy: 'web', workload: { kind: 'Deployment', name: 'web' }, service: 'web', router: { istio: {} }, strategy: 'canary', stable: { replicaSet: 'web-a', hash: 'a' }, canary: { replicaSet: 'web-b', hash: 'b' }, plan },
    status: {
      phase: 'Progressing', step: { index: 1, startedAt: '2026-01-01T00:00:00Z' }, intent: { ...intent, ...change }, message: 'Pauses until someone goes on: serin resume web-1.',
      claims: [{ kind: 'VirtualService', name: 'web', found: { route: [{ host: 'web' }] } }],
      log: [1, 2, 3, 4].map((number) => ({ number, time: `2026-01-01T00:00:0${number}Z`, code: 'Promoting', arguments: {} })),
      ...status,
    },
  };
}

function facts(given: Release | undefined, change: Partial<Facts> = {}, stablePods = pods('web-a', 4)): Facts {
  const view = statusView({ policy, release: given, deployments: [deployment], replicaSets: [replicaSet('web-a', 'web:v1', 4), replicaSet('web-b', 'web:v2', 1)], pods: [...stablePods, ...pods('web-b', 1)] });
  return { view, deployment, autoscalers: [], budgets: [], approvals: [], events: [], ...change };
}

const none: RequestMarks = { cookies: [], headers: [] };
const section = (given: Facts, title: string, marks = none): readonly string[] => explanation(given, marks).find((each) => each.title.startsWith(title))?.lines ?? [];
const asking = (given: Facts, ...cookies: [string, string][]): readonly string[] => section(given, 'A request', { cookies: cookies.map(([name, value]) => ({ name, value })), headers: [] });

describe('explain', () => {
  it('says all of a release in the middle', () => {
    const text = explanation(facts(release({}, { matches: [{ cookies: [{ name: 'tester', exact: 'yes' }] }], preview: true })), none).flatMap(({ title, lines }) => [title, ...lines.map((line) => `  ${line}`)]).join('\n');
    expect(text).toMatchInlineSnapshot(`
      "Now
        Policy web releases Deployment web by the canary strategy; traffic: Istio.
        Release web-1 brings the canary, web:v2 (web-b), in place of stable, web:v1 (web-a).
        Its plan comes from the canary strategy and does not change any more.
        Phase Progressing, step 2 of 4: pause until told to go on; then wait for an approval.
        Pauses until someone goes on: serin resume web-1.
      Who meets the new version
        10 % of the requests go to the canary, 90 % to stable.
        Besides, every request with cookie tester=yes goes to the canary.
        Who asks for it sees the canary below the path /new on the live hosts.
        Users stay with the version that they met for 24h, by the cookie serin-version (b is the canary's value, a stable's).
      Pods
        The canary, web:v2 (web-b): 1 of 1 Pod ready.
        Stable, web:v1 (web-a): 4 of 4 Pods ready.
        Deployment web asks for 4 Pods; scaling it now scales stable, and the canary in proportion.
      At an abort now
        Everybody goes back to stable, web:v1 (web-a), at once: its 4 Pods are ready and can carry all.
        1 canary Pod gets 5s to finish requests and goes; then routes are put back as they were found.
        Afterwards Deployment web stays paused with the new template and waits for another version; it is tried again by serin retry web, and put back by serin rollback web.
      What is borrowed
        VirtualService web is steered by the release; at its end this is put back: {"route":[{"host":"web"}]}.
        Deployment web is paused, so that it does not roll out by itself; at the end it is not any more.
        ReplicaSet web-b is controlled by the release; the Deployment gets it when it is stable.
      What happened last
        00:00:02 All steps passed; the canary becomes stable.
        00:00:03 All steps passed; the canary becomes stable.
        00:00:04 All steps passed; the canary becomes stable."
    `);
  });

  it('answers which version a request gets, and why', () => {
    const matching = facts(release({}, { matches: [{ cookies: [{ name: 'tester', exact: 'yes' }] }, { headers: [{ name: 'End-User', regex: 'ja.*' }] }, { headers: [{ name: 'x', regex: '(?<' }] }] }));
    expect(asking(matching, ['tester', 'yes'])).toEqual(['gets the canary, web:v2 (web-b): it matches cookie tester=yes.']);
    expect(section(matching, 'A request', { cookies: [], headers: [{ name: 'end-user', value: 'jason' }] })).toEqual(['gets the canary, web:v2 (web-b): it matches header End-User: /ja.*/.']);
    expect(section(matching, 'A request', { cookies: [], headers: [{ name: 'x', value: '1' }] })[0]).toContain('its pattern cannot be tried here');
    expect(asking(matching, ['serin-version', 'b'])).toEqual(['gets the canary, web:v2 (web-b): its cookie serin-version keeps it with the version that it met.']);
    expect(asking(matching, ['serin-version', 'a'])).toEqual(['gets stable, web:v1 (web-a): its cookie serin-version keeps it with the version that it met.']);
    expect(asking(matching, ['tester', 'no'])).toEqual([
      'gets the canary, web:v2 (web-b), in 10 % of cases, and stable, web:v1 (web-a), otherwise: it matches none of the matches, and nothing else in it decides.',
      'The first answer sets the cookie serin-version, by which it stays with that version for 24h.',
    ]);
    expect(asking(facts(release({}, { share: 0 })), ['tester', 'no'])).toEqual(['gets stable, web:v1 (web-a): no other request goes to the canary.']);
    expect(asking(facts(release({}, { share: 1000 })), ['tester', 'no'])).toEqual(['gets the canary, web:v2 (web-b): it has all requests.']);
    expect(asking(facts(release({ phase: 'Completed' })), ['tester', 'yes'])[0]).toContain('no release steers requests just now');
  });

  it('says what an abort would do at each moment', () => {
    const at = (given: Release, stable?: Pod[]): readonly string[] => section(facts(given, {}, stable), 'At an abort');
    expect(at(release())[0]).toBe('Everybody goes back to stable, web:v1 (web-a), at once: its 4 Pods are ready and can carry all.');
    expect(at(release(), pods('web-a', 4, 2))[0]).toContain('as far as its ready Pods can carry them: 2 of 4 now');
    expect(at(release({ phase: 'HandingOver' }))).toEqual(['It is too late: the new version is stable already. Going back is a release of its own: serin rollback web.']);
    expect(at(release({ phase: 'Aborted' }))[0]).toBe('There is nothing to abort.');
  });

  it('says what autoscalers and budgets make of the canary', () => {
    const metrics: MetricSpec[] = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      { type: 'Pods', pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '10' } } },
      { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } } },
      { type: 'External', external: { metric: { name: 'lag' }, target: { type: 'Value', value: '10' } } },
    ];
    const autoscaler = (name: string): HorizontalPodAutoscaler => ({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name }, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, maxReplicas: 10, metrics } });
    const budget = (app: string) => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: `${app}-budget` }, spec: { maxUnavailable: 1, selector: { matchLabels: { app } } }, status: { disruptionsAllowed: 1, currentHealthy: 5, desiredHealthy: 4, expectedPods: 5 } });
    const lines = section(facts(release(), { autoscalers: [autoscaler('web'), autoscaler('other')], budgets: [budget('web'), budget('other')] }), 'Pods');
    expect(lines.slice(3)).toEqual([
      'HorizontalPodAutoscaler web sizes the Deployment (1 to 10 Pods).',
      "  Resource cpu averages over all Pods behind the Deployment's selector, canary Pods too: 1 canary Pod just now; a canary that idles pulls the average down, and one that is slow pulls it up.",
      "  Pods metric requests averages over all Pods behind the Deployment's selector, canary Pods too: 1 canary Pod just now; a canary that idles pulls the average down, and one that is slow pulls it up.",
      '  External metric queue is divided by the Pods that it wants; canary Pods do not count.',
      "  External metric lag scales in proportion to all ready Pods behind the Deployment's selector, canary Pods too: 1 canary Pod just now.",
      "PodDisruptionBudget web-budget (at most 1 unavailable) counts the canary's Pods too; it allows 1 eviction now.",
    ]);
  });
});

it('names versions that users run by their Deployments, with their Pods', () => {
  const owned = (name: string, image: string): ReplicaSet => {
    const { metadata, ...rest } = replicaSet(`${name}-x`, image, 2);
    return { ...rest, metadata: { ...metadata, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid: name, controller: true }] } };
  };
  const run = (name: string, image: string): Deployment => ({ ...deployment, metadata: { name, namespace: 'shop', uid: name }, spec: { ...deployment.spec, replicas: 2, template: template(image) } });
  const view = statusView({
    policy: { ...policy, spec: { ...policy.spec, workload: { versions: { list: [{ deployment: 'web-v1' }, { deployment: 'web-v2' }] } } }, status: { stable: { replicaSet: 'web-v1', hash: 'web-v1' } } },
    release: undefined, deployments: [deployment, run('web-v1', 'web:v1'), run('web-v2', 'web:v2')], replicaSets: [owned('web-v1', 'web:v1'), owned('web-v2', 'web:v2')], pods: [...pods('web-v1-x', 2), ...pods('web-v2-x', 2, 1)],
  });
  expect(view.versions).toMatchObject([{ role: 'stable', replicaSet: 'web-v1', images: ['web:v1'], wanted: 2, ready: 2 }, { role: 'other', replicaSet: 'web-v2', images: ['web:v2'], wanted: 2, ready: 1 }]);
  expect(view.versions).toHaveLength(2);
});
