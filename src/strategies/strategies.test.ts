import { describe, expect, it } from 'vitest';
import type { Strategy } from '../model/policy/strategies.js';
import type { PolicySpec } from '../model/release-policy.js';
import { checkStrategy } from './checks.js';
import { compilePolicy } from './compile.js';
import { plannedSplits, routingNeeds } from './needs.js';

const spec = (strategy: Strategy, more: Partial<PolicySpec> = {}): PolicySpec => ({ workload: { deployment: 'web' }, service: 'web', router: { istio: {} }, strategy, ...more });
const problems = (...args: Parameters<typeof spec>): [string, string][] => checkStrategy(spec(...args)).map(({ path, problem }) => [path.slice(2).join('.'), problem]);
const jason = { headers: [{ name: 'end-user', exact: 'jason' }] };
const template = { spec: { template: { spec: { containers: [{ name: 'test', image: 'test:v1' }] } } } };

describe('steps of every strategy', () => {
  it('compile one to one', () => {
    const { steps } = compilePolicy(
      spec(
        {
          canary: {
            steps: [
              { scale: { replicas: 3 } }, { scale: { percent: 12.5 } }, { scale: { matchWeight: true } }, { mirror: 10 }, { mirrors: [{ name: 'copies', percent: 12.5, matches: [{ path: { prefix: '/cart' } }] }, { matches: [{ method: { exact: 'GET' } }] }] }, { route: { matches: [jason], users: ['ana'] } },
              { job: { template, timeout: '2m' } }, { gate: { url: 'http://gate/', timeout: '1h', interval: '5s' } }, { approve: {} }, { approve: { count: 2, users: ['ana'], groups: ['owners'] } }, { weight: 100 },
            ],
          },
        },
        { users: { cookie: 'uid' } },
      ),
    );
    expect(steps).toEqual([
      { kind: 'scale', pods: 3 }, { kind: 'scale', part: 125 }, { kind: 'scale' }, { kind: 'mirror', share: 100 }, { kind: 'mirror', mirrors: [{ name: 'copies', share: 125, matches: [{ path: { prefix: '/cart' } }] }, { share: 1000, matches: [{ method: { exact: 'GET' } }] }] }, { kind: 'route', matches: [jason, { cookies: [{ name: 'uid', exact: 'ana' }] }] },
      { kind: 'job', job: template, milliseconds: 120_000 }, { kind: 'gate', url: 'http://gate/', milliseconds: 3_600_000, intervalMilliseconds: 5000 },
      { kind: 'approve', approvals: 1 }, { kind: 'approve', approvals: 2, users: ['ana'], groups: ['owners'] }, { kind: 'weight', share: 1000 }, { kind: 'promote' },
    ]);
  });

  it('name Jobs without containers and users whom nothing tells apart', () => {
    const empty = { job: { template: {}, timeout: '1m' } };
    expect(problems({ blueGreen: { before: [{ pause: {} }, empty], keep: '1m' } })).toEqual([['blueGreen.before.1.job.template', 'is no Job with containers.']]);
    expect(problems({ canary: { steps: [{ route: { users: ['ana'] } }] } })).toEqual([['canary.steps.0.route.users', 'nothing says where a request names its user.']]);
    expect(problems({ canary: { steps: [{ route: { users: ['ana'] } }] } }, { users: { header: 'user' } })).toEqual([]);
  });

  it('are left to consent and batches in a hotfix, which judges nothing', () => {
    const strategy: Strategy = { rolling: { batches: ['50%', '100%'], between: [{ analyze: { for: '1m' } }, { approve: {} }, { pause: {} }, { job: { template, timeout: '1m' } }, { gate: { url: 'http://gate/', timeout: '1m', interval: '1s' } }] } };
    const plan = compilePolicy(spec(strategy), { hotfix: true });
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['batch', 'approve', 'gate', 'batch', 'promote']);
    expect(plan.analysis).toBeUndefined();
    expect(compilePolicy(spec({ canary: { steps: [{ weight: 10 }, { mirror: 5 }] } }), { hotfix: true }).steps).toEqual([{ kind: 'promote' }]);
  });

  it('keep the old version only where users run it and say so', () => {
    const versions = (old: 'Keep' | 'Delete'): Partial<PolicySpec> => ({ workload: { versions: { list: [{ deployment: 'a' }, { deployment: 'b' }], old } } });
    expect(compilePolicy(spec({ canary: { steps: [{ weight: 10 }] } }, versions('Keep'))).keepsStable).toBe(true);
    expect(compilePolicy(spec({ canary: { steps: [{ weight: 10 }] } }, versions('Delete'))).keepsStable).toBeUndefined();
  });
});

describe('blue/green', () => {
  it('is a full set, its checks, one switch, the checks behind it and a time to stand by', () => {
    const plan = compilePolicy(spec({ blueGreen: { before: [{ approve: {} }], after: [{ analyze: { for: '10s', minimumRequests: 5 } }], keep: '2m', preview: { path: '/green' }, previewReplicas: 2 } }));
    expect(plan).toMatchObject({ sizing: 'full', previewPods: 2, preview: { path: '/green' } });
    expect(plan.steps).toEqual([{ kind: 'approve', approvals: 1 }, { kind: 'weight', share: 1000 }, { kind: 'analyze', milliseconds: 10_000, minimumRequests: 5 }, { kind: 'pause', milliseconds: 120_000 }, { kind: 'promote' }]);
  });

  it('waits for a person where nothing is checked before, and stands by for no time when told', () => {
    expect(compilePolicy(spec({ blueGreen: { keep: '0s' } })).steps).toEqual([{ kind: 'pause' }, { kind: 'weight', share: 1000 }, { kind: 'promote' }]);
    expect(compilePolicy(spec({ blueGreen: { before: [], keep: '0s' } })).steps).toEqual([{ kind: 'weight', share: 1000 }, { kind: 'promote' }]);
  });
});

describe('rolling', () => {
  it('is batches with the checks between them and none behind the last', () => {
    const plan = compilePolicy(spec({ rolling: { batches: [1, '50%', '100%'], between: [{ pause: {} }], maxSurge: 2, maxUnavailable: '10%' } }));
    expect(plan).toMatchObject({ sizing: 'batch', countsPods: false, surge: { pods: 2 }, unavailable: { part: 100 } });
    expect(plan.steps).toEqual([{ kind: 'batch', pods: 1 }, { kind: 'pause' }, { kind: 'batch', part: 500 }, { kind: 'pause' }, { kind: 'batch', part: 1000 }, { kind: 'promote' }]);
  });

  it('counts Pods where no router splits requests', () => {
    const { router: _, service: __, ...workers } = spec({ rolling: { batches: [1] } });
    expect(compilePolicy(workers).countsPods).toBe(true);
    expect(compilePolicy({ ...workers, service: 'web', router: { service: {} } }).countsPods).toBe(true);
  });

  it('refuses batches of nothing, beyond all or not beyond the one before, and bounds in which nothing moves', () => {
    expect(problems({ rolling: { batches: [0, '120%', 2, 2, '50%', '20%'] } })).toEqual([
      ['rolling.batches.0', 'a batch of nothing.'], ['rolling.batches.1', '120% is more than all.'], ['rolling.batches.3', '2 is not beyond the batch before it.'],
      ['rolling.batches.4', '50% is not beyond the batch before it.'], ['rolling.batches.5', '20% is not beyond the batch before it.'],
    ]);
    expect(problems({ rolling: { batches: [1], maxSurge: 0 } })).toEqual([['rolling.maxSurge', 'with neither surge nor missing Pods nothing can move.']]);
    expect(problems({ rolling: { batches: [1], maxSurge: 0, maxUnavailable: 1 } })).toEqual([]);
    expect(problems({ rolling: { batches: [{ part: '0%' }, { pods: 3 }, { pods: 2 }] } })).toEqual([['rolling.batches.0.part', 'a batch of nothing.'], ['rolling.batches.2.pods', '2 is not beyond the batch before it.']]);
  });

  it('takes batches that say their share, with a pause of their own in place of the checks between', () => {
    const plan = compilePolicy(spec({ rolling: { batches: [{ pods: 1, weight: 12.5, pause: {} }, { part: '50%', pause: { for: '5s' } }, { pods: 3 }, '100%'], between: [{ approve: {} }] } }));
    expect(plan.steps).toEqual([
      { kind: 'batch', pods: 1, share: 125 }, { kind: 'pause' }, { kind: 'batch', part: 500 }, { kind: 'pause', milliseconds: 5000 }, { kind: 'batch', pods: 3 }, { kind: 'approve', approvals: 1 },
      { kind: 'batch', part: 1000 }, { kind: 'promote' },
    ]);
    expect(compilePolicy(spec({ rolling: { batches: [{ pods: 1, weight: 10, pause: {} }, '100%'] } }), { hotfix: true }).steps).toEqual([{ kind: 'batch', pods: 1 }, { kind: 'batch', part: 1000 }, { kind: 'promote' }]);
  });

  it('looks at what comes after all requests behind a batch that has all of them', () => {
    const after = (weight: number) => compilePolicy(spec({ rolling: { batches: [{ part: '100%', weight }] } }, { analysis: { after: ['errors'] } })).steps.map(({ kind, share }) => (share === undefined ? kind : `${kind} ${share}`));
    expect(after(100)).toEqual(['batch 1000', 'analyze', 'promote']);
    expect(after(50)).toEqual(['batch 500', 'batch', 'analyze', 'promote']);
  });

  it('refuses shares that fall, that nothing splits, or that leave no room for both', () => {
    expect(problems({ rolling: { batches: [{ pods: 1, weight: 50 }, { part: '60%', weight: 40 }, { part: '80%', weight: 55 }] } })).toEqual([['rolling.batches.1.weight', 'weight 40 is lower than 50 before it.']]);
    expect(problems({ rolling: { batches: [{ part: '50%' }, { part: '60%', weight: 40 }] } })).toEqual([['rolling.batches.1.weight', 'weight 40 is lower than 50 before it.']]);
    expect(problems({ rolling: { batches: [{ pods: 1, weight: 50 }] } }, { router: { service: {} } })).toEqual([['rolling.batches.0.weight', 'nothing splits requests here: shares are what ready Pods show.']]);
    expect(problems({ rolling: { batches: [{ pods: 1, weight: 50 }], maxSurge: 0, maxUnavailable: 1 } })).toEqual([['rolling.maxSurge', 'is 0, so there may be no room for a Pod of each version while both have a share.']]);
  });
});

describe('A/B', () => {
  const stages = [{ audience: { matches: [jason] }, checks: [{ pause: {} }] }, { share: 20 }, { audience: { users: ['ana'] }, share: 50, checks: [] }];

  it('widens B stage by stage, watches where nothing is checked, and keeps users with what they met', () => {
    const plan = compilePolicy(spec({ ab: { stages } }, { users: { header: 'user' } }));
    expect(plan).toMatchObject({ sizing: 'full', sticky: { cookie: 'serin-version', maxAgeSeconds: 86_400 } });
    expect(plan.steps).toEqual([
      { kind: 'route', matches: [jason] }, { kind: 'pause' }, { kind: 'weight', share: 200 }, { kind: 'analyze', milliseconds: 600_000, minimumRequests: 20 },
      { kind: 'route', matches: [jason, { headers: [{ name: 'user', exact: 'ana' }] }] }, { kind: 'weight', share: 500 }, { kind: 'promote' },
    ]);
    expect(compilePolicy(spec({ ab: { stages: [{ audience: { matches: [jason] } }] } })).sticky).toBeUndefined();
  });

  it('refuses shares that fall, and a router that cannot tell users apart', () => {
    expect(problems({ ab: { stages: [{ share: 20 }, { share: 10 }] } })).toEqual([['ab.stages.1.share', 'share 10 is lower than 20 before it.']]);
    expect(problems({ ab: { stages: [{ share: 20 }] } }, { router: { service: {} } }).map(([path]) => path)).toEqual(['ab']);
  });
});

describe('what a policy asks of its router', () => {
  const needs = (...args: Parameters<typeof spec>): string[] => routingNeeds(spec(...args)).map(({ capability, path }) => `${capability} ${path.slice(1).join('.')}`);

  it('is named with the field that asks it', () => {
    expect(needs({ canary: { steps: [{ route: { matches: [{ cookies: [{ name: 'a', regex: 'b' }] }] } }, { mirror: 10 }], preview: { path: '/green', host: 'green.test', service: 'green' } } })).toEqual([
      'cookies strategy.canary.steps.0.route', 'regex strategy.canary.steps.0.route', 'cookies strategy.canary.steps.1.mirror', 'regex strategy.canary.steps.1.mirror', 'mirror strategy.canary.steps.1.mirror',
      'previewPath strategy.canary.preview.path', 'previewHost strategy.canary.preview.host', 'previewService strategy.canary.preview.service',
    ]);
    expect(needs({ ab: { stages: [{ share: 10 }] } })).toEqual(['sticky strategy.ab.stages']);
    expect(needs({ canary: { steps: [{ weight: 10 }] } }, { sticky: { for: '1h' } })).toEqual(['sticky sticky']);
    expect(needs({ canary: { steps: [{ weight: 10 }] } }, { workload: { versions: { list: [{ deployment: 'a', service: 'a' }, { deployment: 'b', service: 'b' }] } } })).toEqual(['ownServices workload.versions.list']);
    expect(needs({ canary: { steps: [{ weight: 10 }] } }, { workload: { versions: { list: [{ deployment: 'a', subset: 'a' }, { deployment: 'b', subset: 'b' }] } } })).toEqual(['ownSubsets workload.versions.list']);
    expect(needs({ rolling: { batches: [1] } })).toEqual([]);
  });

  it('is every split on the way, each with all that holds by then', () => {
    const splits = plannedSplits(spec({ canary: { steps: [{ weight: 10 }, { pause: {} }, { mirror: 5 }, { route: { matches: [jason] } }, { weight: 50 }], preview: { path: '/green' } } }, { sticky: { cookie: 'met', for: '60s' } }));
    const preview = { path: '/green' };
    const sticky = { cookie: 'met', maxAgeSeconds: 60 };
    const shares = (canary: number) => ({ shares: { stable: 1000 - canary, canary }, preview });
    expect(splits.map(({ split }) => split)).toEqual([
      shares(0), { ...shares(100), sticky }, { ...shares(100), mirror: 50, sticky }, { ...shares(100), mirror: 50, matches: [jason], sticky }, { ...shares(500), mirror: 50, matches: [jason], sticky },
    ]);
  });
});
