import type { UndecidedFate } from '../../model/policy/analysis.js';
import { allowances } from '../../model/sizing.js';
import { splitOf } from '../../model/split.js';
import { advance } from '../advance.js';
import type { Observation } from '../observation.js';
import type { Advance } from './world.js';

/** The engine with one deliberate mistake, and the rule that must catch it. */
export interface Mutant {
  readonly rule: number;
  readonly mistake: string;
  /** The claim that it breaks. */
  readonly breaks: RegExp;
  readonly decide: Advance;
}

type Status = ReturnType<Advance>['status'];

const alter = (decision: ReturnType<Advance>, change: (status: Status) => Partial<Status>): ReturnType<Advance> => ({ ...decision, status: { ...decision.status, ...change(decision.status) } });

/** Changes what was decided. */
const altered = (change: (status: Status, release: Parameters<Advance>[0], observation: Observation) => Partial<Status>): Advance => (release, observation, now) =>
  alter(advance(release, observation, now), (status) => change(status, release, observation));

/** Changes what it decides on. */
const misled = (change: (observation: Observation, release: Parameters<Advance>[0]) => Observation): Advance => (release, observation, now) => advance(release, change(observation, release), now);

const withReadyCanary = (observation: Observation): Observation => ({ ...observation, replicaSets: { ...observation.replicaSets, canary: observation.replicaSets.canary && { ...observation.replicaSets.canary, ready: 9 } } });

const toldToGoOn = ({ spec, status }: Parameters<Advance>[0]): boolean => (spec.advanceTo ?? 0) > (status?.step.index ?? 0);

const keepsOf = (status: Status, release: Parameters<Advance>[0]): Partial<Status> => {
  const { matches, mirror, mirrors, preview } = release.status?.intent ?? {};
  return status.phase === 'Aborting' ? { intent: { ...status.intent, ...(matches ? { matches } : {}), ...(mirror === undefined ? {} : { mirror }), ...(mirrors ? { mirrors } : {}), ...(preview === undefined ? {} : { preview }) } } : {};
};

/** Takes the plan for one with other fates of what is undecided. */
const withFates = (change: (fate: UndecidedFate | undefined) => UndecidedFate | undefined): Advance => (release, observation, now) => {
  const { plan } = release.spec;
  const steps = plan.steps.map(({ undecided, ...step }) => {
    const fate = change(undecided);
    return fate === undefined ? step : { ...step, undecided: fate };
  });
  return advance({ ...release, spec: { ...release.spec, plan: { ...plan, steps } } }, observation, now);
};

/** Takes the plan for one that says otherwise what crashes lead to. */
const withPlan = ({ crashes }: { readonly crashes: 'Wait' | undefined }): Advance => (release, observation, now) => {
  const { crashes: _, ...plan } = release.spec.plan;
  return advance({ ...release, spec: { ...release.spec, plan: { ...plan, ...(crashes === undefined ? {} : { crashes }) } } }, observation, now);
};

/** Takes the release for another one. */
const withSpec = (change: (spec: Parameters<Advance>[0]['spec']) => Partial<Parameters<Advance>[0]['spec']>): Advance => (release, observation, now) => advance({ ...release, spec: { ...release.spec, ...change(release.spec) } }, observation, now);

let salt = 0;

export const mutants: readonly Mutant[] = [
  { rule: 1, mistake: 'asks for half a per mille more', breaks: /share/, decide: altered(({ intent }) => ({ intent: { ...intent, share: intent.share + 0.5 } })) },
  { rule: 2, mistake: 'believes that canary Pods are ready', breaks: /canary without ready Pods/, decide: misled(withReadyCanary) },
  {
    rule: 2,
    mistake: 'gives matches, mirror and preview to a canary without ready Pods', breaks: /matches, a mirror or a preview for/,
    decide: altered(({ intent, phase }, release) => (phase === 'Progressing' && intent.routing === 'split' && intent.share === 0 ? { intent: { ...intent, ...(release.spec.plan.preview ? { preview: true } : { mirror: 100 }) } } : {})),
  },
  { rule: 3, mistake: 'leaves the share as it is after an abort', breaks: /although stable carries all but/, decide: altered(({ phase, intent }, release) => (phase === 'Aborting' ? { intent: { ...intent, share: release.status?.intent.share ?? 0 } } : {})) },
  { rule: 3, mistake: 'leaves matches, mirror and preview after an abort', breaks: /after an abort/, decide: altered(keepsOf) },
  { rule: 4, mistake: 'skips every other step', breaks: /step \d after/, decide: altered(({ step }, release) => (step.index > (release.status?.step.index ?? 0) ? { step: { ...step, index: step.index + 1 } } : {})) },
  {
    rule: 4,
    mistake: 'lets people skip Jobs and gates', breaks: /went past a/,
    decide: misled((observation, release) => (toldToGoOn(release) ? { ...observation, ...(observation.job ? { job: { ...observation.job, state: 'succeeded' } } : {}), ...(observation.gate ? { gate: { state: 'open', detail: '' } } : {}) } : observation)),
  },
  {
    rule: 4,
    mistake: 'does a Job again once it was done', breaks: /was set off 2 times/,
    decide: (release, observation, now) => {
      const decision = advance(release, observation, now);
      const before = release.status?.step.index ?? 0;
      const over = decision.status.step.index > before && release.spec.plan.steps[before]?.kind === 'job';
      return over && now % 2 === 0 ? alter(decision, () => ({ step: { index: before, startedAt: new Date(now).toISOString() }, phase: 'Progressing' })) : decision;
    },
  },
  { rule: 4, mistake: 'takes metrics that are undecided for passed', breaks: /is to be held|cut short/, decide: misled((observation) => ({ ...observation, analysis: (observation.analysis ?? []).map((metric) => (metric.outcome === 'undecided' ? { ...metric, outcome: 'pass' } : metric)) })) },
  { rule: 4, mistake: 'promotes what is to be held', breaks: /is to be held|cut short/, decide: withFates((fate) => (fate === 'hold' || fate === 'abort' ? 'promote' : fate)) },
  { rule: 4, mistake: 'does not see what speaks against the canary', breaks: /something spoke against/, decide: misled((observation) => ({ ...observation, analysis: (observation.analysis ?? []).map((metric) => ({ ...metric, leansWorse: false, ended: false })) })) },
  { rule: 4, mistake: 'does not count requests before it lets an undecided canary through', breaks: /too few requests/, decide: misled((observation) => ({ ...observation, evidence: { ...observation.evidence, canary: { requests: 1e9, failures: 0 } } })) },
  {
    rule: 4,
    mistake: 'does not heed the share that a batch says', breaks: /before its share was in force/,
    decide: (release, observation, now) => {
      const steps = release.spec.plan.steps.map(({ share, ...step }) => (step.kind === 'batch' || share === undefined ? step : { ...step, share }));
      return advance({ ...release, spec: { ...release.spec, plan: { ...release.spec.plan, steps } } }, observation, now);
    },
  },
  { rule: 4, mistake: 'does not wait for the router', breaks: /before its share was in force/, decide: misled((observation) => ({ ...observation, routing: { ...observation.routing, reached: true } })) },
  { rule: 4, mistake: 'takes one ready Pod for as many as are enough', breaks: /before all Pods were ready|before the batch had taken/, decide: misled((observation, { spec: { plan } }) => (plan.readyThreshold && (observation.replicaSets.canary?.ready ?? 0) > 0 ? withReadyCanary(observation) : observation)) },
  {
    rule: 5,
    mistake: 'takes an unfinished write for a reason to abort', breaks: /instead of/,
    decide: altered(({ phase }, release, observation) => {
      const unfinished = (observation.replicaSets.canary?.size ?? 0) !== (release.status?.intent.sizes.canary ?? 0);
      return unfinished && phase === 'Progressing' ? { phase: 'Aborting', abortReason: 'AbortedByUser' } : {};
    }),
  },
  {
    rule: 6,
    mistake: 'takes stable away while the canary is on trial', breaks: /ready of|carry traffic/,
    decide: altered(({ intent, phase }) => (phase === 'Progressing' ? { intent: { ...intent, holders: { ...intent.holders, stable: 'release' }, sizes: { ...intent.sizes, stable: 0 } } } : {})),
  },
  {
    rule: 6,
    mistake: 'takes stable Pods before their share has gone', breaks: /carry traffic/,
    decide: misled((observation, { spec }) => (spec.plan.sizing === 'batch' ? { ...observation, routing: { ...observation.routing, accepted: { shares: { stable: 0, canary: 1000 } } } } : observation)),
  },
  {
    rule: 6,
    mistake: 'takes stable Pods before the share that a batch says is in force', breaks: /carry traffic/,
    decide: misled((observation, { spec: { plan }, status }) => {
      const said = plan.steps[status?.step.index ?? 0];
      return said?.kind === 'batch' && said.share !== undefined ? { ...observation, routing: { ...observation.routing, accepted: splitOf(said.share) } } : observation;
    }),
  },
  {
    rule: 6,
    mistake: 'takes stable Pods before the share that a weight says is in force', breaks: /carry traffic|ready of|are ready for/,
    decide: misled((observation, { spec: { plan }, status }) => {
      const said = plan.sizing === 'batch' ? plan.steps[status?.step.index ?? 0] : undefined;
      return said?.kind === 'weight' ? { ...observation, routing: { ...observation.routing, accepted: splitOf(said.share ?? 0) } } : observation;
    }),
  },
  { rule: 6, mistake: 'leaves the canary before stable is back', breaks: /are ready at the end/, decide: altered(({ phase }, { spec: { plan } }) => (phase === 'Aborting' && plan.leaves ? { phase: 'Aborted' } : {})) },
  {
    rule: 6,
    mistake: 'surges by one Pod too many', breaks: /more are allowed/,
    decide: altered(({ intent, phase }, { spec: { plan } }, { workload }) => {
      const { canary } = intent.sizes;
      const replicas = workload?.replicas ?? 0;
      return plan.sizing === 'batch' && phase === 'Progressing' && canary !== undefined && canary > 0 && canary <= allowances(plan, replicas).surge ? { intent: { ...intent, sizes: { ...intent.sizes, canary: allowances(plan, replicas).surge + 1 } } } : {};
    }),
  },
  { rule: 7, mistake: 'says nothing while it promotes', breaks: /says nothing/, decide: altered(({ phase }) => (phase === 'Promoting' ? { message: '' } : {})) },
  { rule: 8, mistake: 'ends before routes are put back', breaks: /routes were not put back/, decide: altered(({ phase, intent }) => (phase === 'HandingOver' && intent.routing === 'release' ? { phase: 'Completed' } : {})) },
  { rule: 9, mistake: 'takes approvals of anybody', breaks: /approvals$/, decide: misled((observation) => ({ ...observation, approvals: (observation.approvals ?? []).map((approval) => ({ ...approval, groups: ['owners'] })) })) },
  { rule: 9, mistake: 'takes approvals of other steps', breaks: /approvals$/, decide: misled((observation, { status }) => ({ ...observation, approvals: (observation.approvals ?? []).map((approval) => ({ ...approval, step: status?.step.index ?? 0 })) })) },
  {
    rule: 9,
    mistake: 'lets people skip approvals', breaks: /approvals$/,
    decide: misled((observation, release) => (toldToGoOn(release) ? { ...observation, approvals: ['ana', 'ben'].map((user) => ({ user, groups: [], step: release.status?.step.index ?? 0, approved: true, comment: '' })) } : observation)),
  },
  { rule: 9, mistake: 'lets people skip the question what to do with the undecided', breaks: /without approvals$/, decide: withFates((fate) => (fate === 'ask' ? 'hold' : fate)) },
  { rule: 9, mistake: 'lets authors approve', breaks: /approvals$/, decide: withSpec(() => ({ author: 'somebody' })) },
  { rule: 9, mistake: 'goes on whenever time is over', breaks: /approvals$/, decide: withSpec(({ plan }) => ({ plan: { ...plan, steps: plan.steps.map((step) => (step.kind === 'approve' ? { ...step, otherwise: 'Approve' as const } : step)) } })) },
  { rule: 9, mistake: 'begins without asking', breaks: /approvals$/, decide: (release, observation, now) => { const { consent: _, ...spec } = release.spec; return advance({ ...release, spec }, observation, now); } },
  { rule: 9, mistake: 'knows no freeze windows', breaks: /inside a freeze window/, decide: misled((observation) => ({ ...observation, frozen: [] })) },
  { rule: 9, mistake: 'lets anybody through a freeze window', breaks: /inside a freeze window/, decide: misled((observation) => ({ ...observation, frozen: (observation.frozen ?? []).map((each) => ({ ...each, exceptWith: { users: ['ana', 'ben', 'cleo', 'eve'], groups: [] } })) })) },
  { rule: 9, mistake: 'does not look what was shown', breaks: /approvals$/, decide: misled((observation) => ({ ...observation, approvals: (observation.approvals ?? []).map(({ seen: _, ...rest }) => rest) })) },
  {
    rule: 9,
    mistake: 'takes words that name no digest for words to any', breaks: /approvals$/,
    decide: misled((observation) => ({ ...observation, approvals: (observation.approvals ?? []).map((approval) => ({ ...approval, at: Number.POSITIVE_INFINITY })) })),
  },
  {
    rule: 9,
    mistake: 'does not ask again when an image was pushed again', breaks: /that nobody approved/,
    decide: misled((observation, { spec, status }) => (spec.plan.steps[status?.step.index ?? 0]?.kind === 'approve' ? observation : { ...observation, canaryImages: [] })),
  },
  { rule: 9, mistake: 'prepares before it may begin', breaks: /before it began/, decide: altered(({ held, intent }) => (held ? { intent: { ...intent, sizes: { ...intent.sizes, canary: 1 } } } : {})) },
  { rule: 10, mistake: 'counts as it goes', breaks: /two answers/, decide: altered(() => ({ message: `${salt++}` })) },
  { rule: 11, mistake: 'does not hear of metrics that fail', breaks: /went on in/, decide: misled((observation) => ({ ...observation, analysis: (observation.analysis ?? []).map((metric) => (metric.outcome === 'fail' ? { ...metric, outcome: 'undecided' } : metric)) })) },
  { rule: 11, mistake: 'does not hear of crashes', breaks: /although a Pod crashed/, decide: withPlan({ crashes: 'Wait' }) },
  { rule: 11, mistake: 'does not wait crashes out', breaks: /to be waited out/, decide: withPlan({ crashes: undefined }) },
  { rule: 11, mistake: 'listens to metrics that only look', breaks: /only looks/, decide: misled((observation) => ({ ...observation, analysis: (observation.analysis ?? []).map((metric) => ({ ...metric, dryRun: false })) })) },
  { rule: 11, mistake: 'listens to metrics of steps everywhere', breaks: /only looks/, decide: misled((observation) => ({ ...observation, analysis: (observation.analysis ?? []).map((metric) => ({ ...metric, ofSteps: false })) })) },
];
