import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';
import { AnyObject, MapOf, StringEnum } from '../schema/typebox.js';
import { MatchSchema, MirroredRequestsSchema } from './match.js';
import { PlanSchema } from './plan.js';
import { PlannedConsentSchema } from './planned-consent.js';
import { strategyNames } from './policy/strategies.js';
import { oldVersionFates, versionKinds } from './policy/workload.js';
import { RouterSchema } from './policy/routers.js';
import { PulledImageSchema } from './pulled-image.js';
import { ConditionSchema } from './release-policy.js';

/** What a release does at the moment; the last two are its ends. */
export const releasePhases = ['Preparing', 'Progressing', 'Promoting', 'HandingOver', 'Aborting', 'LettingGo', 'Completed', 'Aborted'] as const;
export type ReleasePhase = (typeof releasePhases)[number];

/** Why a release was taken back. */
export const abortReasons = [
  'AbortedByUser', 'TooManyFailures', 'TooSlow', 'AnalysisFailed', 'Undecided', 'JobFailed', 'GateRefused', 'GateUnanswered', 'ApprovalRefused', 'ApprovalExpired', 'CanaryCrashed', 'CanaryNotReady', 'CanaryGone', 'Superseded', 'Reverted', 'PolicyDeleted', 'ReleaseDeleted', 'TakenOver', 'WorkloadGone', 'Restored',
] as const;
export type AbortReason = (typeof abortReasons)[number];

/** What may keep a release from beginning. */
export const holdReasons = ['approval', 'freeze', 'place'] as const;

/** Who controls a ReplicaSet: its usual owner (Deployment, or the policy of an inline workload), this release, or the policy. */
export const holders = ['home', 'release', 'policy'] as const;
export type Holder = (typeof holders)[number];

const Shares = (description: string) => Type.Object({ stable: Type.Integer(), canary: Type.Integer() }, { description });

const VersionSchema = Type.Object(
  {
    replicaSet: Type.String({ description: 'What runs it: a ReplicaSet, or the Deployment where users run one for each version.' }),
    hash: Type.String({ description: 'Names it; the value of the label that tells its Pods apart.' }),
    images: Type.Optional(Type.String({ description: 'The images of its containers, for people.' })),
    service: Type.Optional(Type.String({ description: 'The Service that leads to it alone, where users run one.' })),
    subset: Type.Optional(Type.String({ description: 'The subset that selects its Pods, in a DestinationRule that users keep.' })),
  },
  { description: 'One version of the program.' },
);

const immutable = (what: string) => ({
  'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: `${what} of a release never changes; a new version starts a new release` }],
});

export const ReleaseSpecSchema = Type.Object(
  {
    policy: Type.String({ minLength: 1, maxLength: 253, description: 'The policy it is a run of.', ...immutable('the policy') }),
    workload: Type.Object(
      { kind: StringEnum(['Deployment', 'Inline', 'Versions'] as const), name: Type.String({ maxLength: 253 }),
        replicas: Type.Optional(Type.Integer({ description: 'Versions: how many Pods the stable one ran with when the release began.' })),
        old: Type.Optional(StringEnum(oldVersionFates, { description: 'Versions: what becomes of the old one.' })),
        runBy: Type.Optional(StringEnum(versionKinds, { description: 'Versions: what runs them; Deployments when absent.' })),
        hashLabel: Type.Optional(Type.String({ description: 'Versions: the label that tells their Pods apart; pod-template-hash when absent.' })) },
      { description: 'Whose version is released.', ...immutable('the workload') },
    ),
    strategy: Type.Optional(StringEnum(strategyNames, { description: 'Where the plan came from.', ...immutable('the strategy') })),
    service: Type.Optional(Type.String({ maxLength: 253, description: 'The Service that clients use.', ...immutable('the Service') })),
    canaryService: Type.Optional(Type.String({ maxLength: 253, description: 'The Service for the canary alone.', ...immutable('the canary Service') })),
    first: Type.Optional(Type.Boolean({ description: 'The first version of the program is put through the checks; there is none to go back to.', ...immutable('this') })),
    hotfix: Type.Optional(Type.String({ maxLength: 1024, description: 'Why it goes out without being judged.', ...immutable('the reason') })),
    consent: Type.Optional(Type.Object(PlannedConsentSchema.properties, { description: 'Whose consent it waits for before it begins; as in the policy when it was made.', ...immutable('the consent') })),
    author: Type.Optional(Type.String({ maxLength: 253, description: 'Who wrote the new version, as CI says by the annotation serin.dev/author.', ...immutable('the author') })),
    router: Type.Optional(Type.Object(RouterSchema.properties, { description: 'How traffic is steered; as in the policy when the release began.', ...immutable('the router') })),
    stable: Type.Object(VersionSchema.properties, { description: 'The version that users rely on.', ...immutable('the stable version') }),
    canary: Type.Object(VersionSchema.properties, { description: 'The version on trial.', ...immutable('the canary version') }),
    plan: Type.Object(PlanSchema.properties, { description: 'What it does, step by step.', ...immutable('the plan') }),
    paused: Type.Optional(Type.Boolean({ description: 'Command: raise no share and start no step while true.' })),
    abort: Type.Optional(Type.Boolean({ description: 'Command: take the canary back.' })),
    advanceTo: Type.Optional(Type.Integer({ minimum: 0, description: 'Command: end pauses and analyses before the step with this index.' })),
  },
  { description: 'One run of a policy.', 'x-kubernetes-validations': [
    { rule: ['strategy', 'service', 'canaryService', 'first', 'hotfix', 'consent', 'author', 'router'].map((field) => `has(self.${field}) == has(oldSelf.${field})`).join(' && '), message: 'what a release was started with never changes; a new version starts a new release' },
    { rule: '!has(oldSelf.abort) || !oldSelf.abort || (has(self.abort) && self.abort)', message: 'an abort cannot be taken back' },
  ] },
);
export type ReleaseSpec = Static<typeof ReleaseSpecSchema>;

/** What the controller is to bring about; written down before it is done, so that any controller can go on from it. */
export const IntentSchema = Type.Object({
  routing: StringEnum(['keep', 'split', 'release'] as const, { description: 'Leave routes alone, split by share, or put back what was found.' }),
  share: Type.Integer({ description: "The canary's share in per mille." }),
  matches: Type.Optional(Type.Array(MatchSchema, { description: 'Requests that go to the canary beside its share.' })),
  mirror: Type.Optional(Type.Integer({ description: 'The part of the requests, in per mille, that the canary gets a copy of.' })),
  mirrors: Type.Optional(Type.Array(MirroredRequestsSchema, { description: 'Requests, some alone, that the canary gets copies of.' })),
  preview: Type.Optional(Type.Boolean({ description: 'Whether the canary can be previewed.' })),
  sizes: Type.Object({
    canary: Type.Optional(Type.Integer()),
    stable: Type.Optional(Type.Integer({ description: 'Only while the release holds it.' })),
  }),
  holders: Type.Object({
    stable: StringEnum(holders),
    canary: StringEnum([...holders, 'nobody', 'free'] as const, { description: 'nobody: it is deleted; free: it is left to run without an owner.' }),
    others: StringEnum(holders),
  }),
  paused: Type.Boolean({ description: 'Whether the Deployment is kept from rolling.' }),
});
export type Intent = Static<typeof IntentSchema>;

const CountsSchema = Type.Object({ requests: Type.Integer(), failures: Type.Integer() });

export const LogEntrySchema = Type.Object({
  number: Type.Integer({ description: 'Counts from 1; the last ones are kept.' }),
  time: Type.String({ format: 'date-time' }),
  code: Type.String(),
  arguments: MapOf(Type.String()),
});
export type LogEntry = Static<typeof LogEntrySchema>;

export const ReleaseStatusSchema = Type.Object({
  observedGeneration: Type.Optional(Type.Integer()),
  epoch: Type.Optional(Type.Integer({ description: 'Counts the controllers that led this release; effects carry it.' })),
  phase: StringEnum(releasePhases),
  abortReason: Type.Optional(StringEnum(abortReasons)),
  step: Type.Object({
    index: Type.Integer({ description: 'Counts from 0.' }),
    startedAt: Type.String({ format: 'date-time' }),
    called: Type.Optional(Type.Boolean({ description: 'Its Job or webhook was set off.' })),
    askedAt: Type.Optional(Type.String({ format: 'date-time', description: 'Since when its analysis, undecided after its time, has waited for somebody to decide.' })),
    startRequests: Type.Optional(Type.Integer({ description: 'Canary requests on record when it started.' })),
  }),
  held: Type.Optional(Type.Object(
    {
      for: StringEnum(holdReasons, { description: 'approval: people have to agree; freeze: a freeze window; place: as many releases are under way as may be.' }),
      window: Type.Optional(Type.String({ description: 'freeze: the name of the window.' })),
      until: Type.Optional(Type.String({ format: 'date-time', description: 'approval: until when people may decide; freeze: when the window ends.' })),
    },
    { description: 'Why it has not begun. Absent once it has.' },
  )),
  images: Type.Optional(Type.Array(PulledImageSchema, { maxItems: 16, description: 'Where people are asked: what the containers of its Pods turned out to run, of each the first digest and those that run now.' })),
  asksAgain: Type.Optional(Type.Object(
    {
      step: Type.Integer({ description: 'The step whose approval it asks for again, counted from 1; 0 is before it began.' }),
      since: Type.String({ format: 'date-time' }),
    },
    { description: 'Pods run another digest than was approved: no share rises and no step starts before people agree to that.' },
  )),
  /** Since when the present wait has lasted: for Pods to get ready, for a drain. */
  waitingSince: Type.Optional(Type.String({ format: 'date-time' })),
  message: Type.Optional(Type.String({ description: 'In one sentence what it does or waits for.' })),
  share: Type.Optional(Type.String({ description: "The canary's accepted share in per cent, for tables." })),
  progress: Type.Optional(Type.String({ description: 'Step of steps, for tables.' })),
  shares: Type.Optional(
    Type.Object({
      asked: Type.Optional(Shares('What the plan asks for, in per mille.')),
      written: Type.Optional(Shares('What the routing objects say.')),
      accepted: Type.Optional(Shares('What the routing product has taken over.')),
      counted: Type.Optional(Shares('What real requests showed since the share last moved.')),
    }),
  ),
  counting: Type.Optional(Type.Object({ share: Type.Integer(), stable: Type.Integer(), canary: Type.Integer() }, { description: 'The requests on record when the present share came into force.' })),
  intent: IntentSchema,
  overwritten: Type.Optional(Type.Object({
    since: Type.Optional(Type.String({ format: 'date-time', description: 'Since when routes are not as Serin wrote them.' })),
    again: Type.Optional(Type.String({ format: 'date-time', description: 'When they were written once more; that is done once in a release.' })),
  }, { description: 'What somebody else did to routes.' })),
  claims: Type.Optional(Type.Array(Type.Object({ kind: Type.String(), name: Type.String(), namespace: Type.Optional(Type.String({ description: "The release's own when absent." })), found: AnyObject<unknown>({}) }), { description: 'What was found in shared objects, to be put back.' })),
  evidence: Type.Optional(Type.Object({ stable: CountsSchema, canary: CountsSchema }, { description: 'Requests and failures on record since the release began.' })),
  evidenceAt: Type.Optional(Type.String({ format: 'date-time', description: 'When the evidence was written down last.' })),
  log: Type.Optional(Type.Array(LogEntrySchema, { description: 'What happened, the last ones.' })),
  startedAt: Type.Optional(Type.String({ format: 'date-time' })),
  endedAt: Type.Optional(Type.String({ format: 'date-time' })),
  conditions: Type.Optional(Type.Array(ConditionSchema, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })),
});
export type ReleaseStatus = Static<typeof ReleaseStatusSchema>;

export interface Release {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ReleaseSpec;
  status?: ReleaseStatus;
}

/** What people call a version: its images, and the ReplicaSet that runs it. */
export const versionName = ({ replicaSet, images }: ReleaseSpec['canary']): string => (images === undefined ? replicaSet : `${images} (${replicaSet})`);

/** Whether it has ended; nothing moves afterwards and it holds nothing. */
export const hasEnded = (phase: ReleasePhase): phase is 'Completed' | 'Aborted' => phase === 'Completed' || phase === 'Aborted';
