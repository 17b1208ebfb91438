import fc from 'fast-check';
import type { Match } from '../../model/match.js';
import type { Plan, PlanStep } from '../../model/plan.js';
import { undecidedFates, type PlannedAnalysis } from '../../model/policy/analysis.js';
import type { Release } from '../../model/release.js';
import type { Happening } from './happening.js';
import type { Said } from './metrics.js';
import type { Manners } from './others.js';

const milliseconds = fc.integer({ min: 0, max: 20_000 });
const match = fc.constantFrom<Match>({ headers: [{ name: 'end-user', exact: 'jason' }] }, { cookies: [{ name: 'tester', exact: 'yes' }] });

/** Steps that wait or test; every strategy knows them. */
const checks: fc.Arbitrary<PlanStep>[] = [
  fc.record({ kind: fc.constant('pause' as const), milliseconds }),
  fc.record(
    {
      kind: fc.constant('analyze' as const), milliseconds, minimumRequests: fc.integer({ min: 0, max: 30 }),
      metrics: fc.constantFrom(['smoke'], ['smoke', 'errors'], ['trial']), undecided: fc.constantFrom(...undecidedFates),
    },
    { requiredKeys: ['kind'] },
  ),
  fc.record({ kind: fc.constant('job' as const), job: fc.constant({}), milliseconds: fc.integer({ min: 30_000, max: 60_000 }) }),
  fc.record({ kind: fc.constant('gate' as const), url: fc.constant('http://gate.test/'), milliseconds: fc.integer({ min: 30_000, max: 60_000 }), intervalMilliseconds: fc.constant(1000) }),
  fc.record({ kind: fc.constant('approve' as const), approvals: fc.integer({ min: 1, max: 2 }), users: fc.constant(['ana', 'ben']), groups: fc.constant(['owners']) }),
];

const unavailable = fc.oneof(fc.constant({}), fc.constant({ part: 100, pods: 1 }), fc.record({ pods: fc.integer({ min: 0, max: 3 }) }), fc.record({ part: fc.integer({ min: 0, max: 600 }) }));

const amount = (least: number) => fc.oneof(fc.record({ pods: fc.integer({ min: least, max: 6 }) }), fc.record({ part: fc.integer({ min: least, max: 1000 }) }));

/** Weights rise as a rule, and may fall. */
const shareSteps: fc.Arbitrary<PlanStep[]> = fc
  .tuple(fc.constantFrom(true, true, true, false), fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 1000 }).map((share): PlanStep => ({ kind: 'weight', share })) },
      fc.array(match, { maxLength: 2 }).map((matches): PlanStep => ({ kind: 'route', matches })),
      fc.constantFrom<PlanStep>({ kind: 'mirror', share: 0 }, { kind: 'mirror', share: 100 }, { kind: 'mirror', share: 1000 }, { kind: 'mirror', mirrors: [] }, { kind: 'mirror', mirrors: [{ share: 500, matches: [{ path: { prefix: '/cart' } }] }] }),
      fc.oneof(fc.constant<PlanStep>({ kind: 'scale' }), amount(0).map((size): PlanStep => ({ kind: 'scale', ...size }))),
      ...checks,
    ),
    { minLength: 1, maxLength: 7 },
  ))
  .map(([rises, steps]) => {
    let share = 0;
    return steps.map((step): PlanStep => (step.kind === 'weight' ? { ...step, share: (share = Math.max(rises ? share : 0, step.share ?? 0)) } : step));
  });

/** Shares that Pod counts show, which nothing but weights can ask for. */
const countedSteps: fc.Arbitrary<PlanStep[]> = shareSteps.map((steps) => steps.filter(({ kind }) => !['route', 'mirror', 'scale'].includes(kind)));

const batchSteps: fc.Arbitrary<PlanStep[]> = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 1000 }).map((part): PlanStep => ({ kind: 'batch', part })) }, ...checks), { minLength: 1, maxLength: 6 })
  .map((steps) => {
    let part = 0;
    return steps.map((step): PlanStep => (step.kind === 'batch' ? { ...step, part: (part = Math.max(part, step.part ?? 0)) } : step));
  });

/** Batches that say their share themselves, though not each of them need. */
const sharedBatchSteps: fc.Arbitrary<PlanStep[]> = fc.tuple(batchSteps, fc.array(fc.option(fc.integer({ min: 1, max: 1000 })), { minLength: 6, maxLength: 6 })).map(([steps, said]) => {
  let share = 0;
  return steps.map((step, index): PlanStep => {
    const own = said[index] ?? undefined;
    return step.kind !== 'batch' || own === undefined ? step : { ...step, share: (share = Math.max(share, own)) };
  });
});

/** Requests that are counted here; a metric of which scenarios say what it says; one that only looks; one of steps alone. */
const analysis: PlannedAnalysis = {
  falseAlarm: 0.01, missed: 0.05,
  undecided: { milliseconds: 10_000, then: 'promote', minimumRequests: 20 },
  metrics: [
    { name: 'errors', errorRate: {} },
    { name: 'latency', latency: {} },
    { name: 'trial', latency: { percentile: 'p50' }, dryRun: true },
    { name: 'smoke', condition: { success: 'result > 0', every: '30s' } },
  ],
  ofSteps: ['smoke'],
};

const rest = { readyTimeoutMilliseconds: 60_000, drainMilliseconds: 2000, analysis };
const preview = fc.option(fc.constant({ preview: { path: '/green' } }), { nil: {} });

/** What a plan may say of Pods beside their number. */
const patience = fc.record(
  { minimumPods: fc.integer({ min: 0, max: 3 }), readyThreshold: fc.oneof(fc.record({ pods: fc.integer({ min: 1, max: 4 }) }), fc.record({ part: fc.integer({ min: 1, max: 1000 }) })), crashes: fc.constant('Wait' as const) },
  { requiredKeys: [] },
);
const sometimes = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: patience });

const promoted = (steps: PlanStep[]): PlanStep[] => [...steps, { kind: 'promote' }];

/** Plans as the strategies compile them: shares, full sets and batches, with all kinds of steps between. */
const plans: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(shareSteps, fc.constantFrom('part' as const, 'ratio' as const), preview).map(([steps, sizing, more]): Plan => ({ steps: promoted(steps), sizing, ...more, ...rest })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(shareSteps, preview, fc.option(fc.record({ previewPods: fc.integer({ min: 1, max: 4 }) }), { nil: {} }))
      .map(([steps, more, pods]): Plan => ({ steps: promoted(steps), sizing: 'full', sticky: { cookie: 'met', maxAgeSeconds: 60 }, ...more, ...pods, ...rest })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ steps: batchSteps, surge: amount(0), unavailable, countsPods: fc.boolean() })
      .map(({ steps, ...more }): Plan => ({ steps: promoted(steps), sizing: 'batch', ...more, ...rest })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ steps: sharedBatchSteps, surge: amount(1), unavailable })
      .map(({ steps, ...more }): Plan => ({ steps: promoted(steps), sizing: 'batch', countsPods: false, ...more, ...rest })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.record({ steps: shareSteps, surge: amount(0), unavailable }), preview)
      .map(([{ steps, ...more }, seen]): Plan => ({ steps: promoted(steps), sizing: 'batch', countsPods: false, ...more, ...seen, ...rest })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ steps: countedSteps, surge: amount(0), unavailable })
      .map(({ steps, ...more }): Plan => ({ steps: promoted(steps), sizing: 'batch', countsPods: true, ...more, ...rest })),
  },
);

export const arbitraryPlan: fc.Arbitrary<Plan> = fc.tuple(plans, sometimes).map(([plan, more]) => ({ ...plan, ...more }));

/** Versions that users run, now and then; such a release may leave the old one to run, or to somebody else. */
export const arbitraryRelease: fc.Arbitrary<Release> = fc.record({ plan: arbitraryPlan, userRun: fc.constantFrom(false, false, true), old: fc.constantFrom({}, { keepsStable: true }, { leaves: true }) }).map(({ plan, userRun, old }) => {
  const release = releaseWith(plan.steps, plan);
  if (!userRun) return release;
  return { ...release, spec: { ...release.spec, workload: { kind: 'Versions', name: 'web' }, plan: { ...release.spec.plan, ...('keepsStable' in old && plan.sizing === 'batch' ? {} : old) } } };
});

/** A release of these steps from `stable` to `canary`, short of patience. */
export function releaseWith(steps: PlanStep[], plan: Partial<Plan> = {}): Release {
  return {
    apiVersion: 'serin.dev/v1alpha1',
    kind: 'Release',
    metadata: { name: 'web-1', namespace: 'default', generation: 1, uid: 'web-1-uid' },
    spec: {
      policy: 'web',
      workload: { kind: 'Deployment', name: 'web' },
      service: 'web',
      router: { istio: {} },
      stable: { replicaSet: 'web-stable', hash: 'stable' },
      canary: { replicaSet: 'web-canary', hash: 'canary' },
      plan: { sizing: 'part', ...rest, ...plan, steps },
    },
  };
}

/** Mostly obliging, so that long plans come to their end. */
export const arbitraryManners: fc.Arbitrary<Manners> = fc.record({
  job: fc.constantFrom('succeeds' as const, 'succeeds' as const, 'succeeds' as const, 'fails' as const, 'hangs' as const),
  gate: fc.constantFrom('opens' as const, 'opens' as const, 'opens' as const, 'refuses' as const, 'shut' as const),
  metrics: fc.constantFrom('pass' as const, 'pass' as const, 'undecided' as const),
});

/** Those who may approve, one who may as a member of a group, and one who may not. */
const speaker = fc.constantFrom<{ user: string; groups: string[] }>({ user: 'ana', groups: [] }, { user: 'ben', groups: ['owners'] }, { user: 'cleo', groups: ['owners'] }, { user: 'eve', groups: ['guests'] });

/** What a metric says next; that it fails comes once in a while. */
const said: fc.Arbitrary<Said> = fc.constantFrom<Said>({ outcome: 'pass' }, { outcome: 'pass' }, { outcome: 'undecided' }, { outcome: 'undecided', leansWorse: true }, { outcome: 'undecided', ended: true }, { outcome: 'fail' });

/** Mostly time and work going on; now and then something that people or the world do in between. */
export const arbitraryHappenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 80, arbitrary: fc.record({ kind: fc.constant('round' as const), works: fc.integer({ min: 1, max: 6 }), milliseconds: fc.integer({ min: 100, max: 4000 }) }) },
    { weight: 6, arbitrary: fc.constant<Happening>({ kind: 'controller' }) },
    { weight: 8, arbitrary: fc.constant<Happening>({ kind: 'work' }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('tick' as const), milliseconds: fc.integer({ min: 1, max: 5000 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('crash' as const), after: fc.integer({ min: 0, max: 8 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('scale' as const), replicas: fc.integer({ min: 0, max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('losePod' as const), role: fc.constantFrom('stable' as const, 'canary' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('advanceTo' as const), step: fc.integer({ min: 0, max: 8 }) }) },
    { weight: 4, arbitrary: fc.tuple(speaker, fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 0, 0, 1, -1)).map(([who, luck, beside]): Happening => ({ kind: 'approve', ...who, approved: luck > 0, beside })) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), paused: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constantFrom<Happening>({ kind: 'abort' }, { kind: 'template', to: 'stable' }, { kind: 'template', to: 'other' }, { kind: 'unpause' }, { kind: 'deleteRelease' }, { kind: 'deletePolicy' }, { kind: 'neverReady' }, { kind: 'canaryCrashes' }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), rate: fc.constantFrom(0, 0.5, 1) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('say' as const), metric: fc.constantFrom('latency', 'trial', 'trial', 'smoke', 'smoke'), said }) },
  ),
  { minLength: 0, maxLength: 150, size: 'max' },
);
