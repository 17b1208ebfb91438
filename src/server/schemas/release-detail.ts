import { Type, type Static } from 'typebox';
import { outcomes } from '../../model/evidence-record.js';
import { MatchSchema } from '../../model/match.js';
import { stepKinds } from '../../model/plan.js';
import { metricKinds } from '../../model/policy/analysis.js';
import { PreviewSchema } from '../../model/preview.js';
import { roles } from '../../model/version.js';
import { StringEnum } from '../../schema/typebox.js';
import { ReleaseSummarySchema, VersionSchema, WaitsForSchema } from './release-summary.js';
import { OrNull, Sentence, SharesSchema, Time } from './words.js';

export const stageKinds = ['begin', ...stepKinds, 'abort'] as const;
export const stageStates = ['done', 'now', 'todo', 'skipped'] as const;
export type StageState = (typeof stageStates)[number];

/** One stage of the way that a release goes. */
export const StageSchema = Type.Object(
  {
    index: Type.Integer({ description: 'Counts from 0, the beginning.' }),
    step: Type.Optional(Type.Integer({ description: 'The step of the plan, counted from 1; absent for the beginning and an abort.' })),
    kind: StringEnum(stageKinds),
    what: Sentence('What it does.'),
    whatZh: Sentence('The same in Chinese.'),
    state: StringEnum(stageStates, { description: 'skipped: it was not finished, and will not be.' }),
    share: Type.Optional(Type.Integer({ description: 'weight, batch, mirror: the share, in per mille.' })),
    startedAt: Type.Optional(Time('When it began, as far as that is on record.')),
    endedAt: Type.Optional(Time('When it ended, as far as that is on record.')),
    waitsFor: Type.Optional(WaitsForSchema),
  },
  { description: 'One stage of the way that a release goes; the first one is its beginning, the last one its promotion or abort.' },
);
export type Stage = Static<typeof StageSchema>;

/** One Pod of a version. */
export const PodSchema = Type.Object({
  name: Type.String(),
  ready: Type.Boolean(),
  phase: Type.String({ description: 'Its phase, or Ending.' }),
  node: Type.Optional(Type.String()),
  restarts: Type.Integer(),
  trouble: Type.Optional(Type.String({ description: 'What waiting alone does not mend.' })),
  image: Type.String({ description: 'What it was told to run.' }),
  imageId: Type.String({ description: 'What it runs, with its digest; empty before it does.' }),
});
export type PodView = Static<typeof PodSchema>;

/** A version with its Pods. */
export const VersionDetailSchema = Type.Object(
  {
    role: StringEnum(roles),
    ...VersionSchema.properties,
    pods: Type.Array(PodSchema, { description: 'Empty for who may not see Pods.' }),
    desired: Type.Integer(),
    ready: Type.Integer(),
  },
  { description: 'A version with its Pods.' },
);
export type VersionDetail = Static<typeof VersionDetailSchema>;

/** What happened, in words. */
export const ReleaseEventSchema = Type.Object({
  number: Type.Optional(Type.Integer({ description: 'Counts what happened to the release, from 1.' })),
  time: Time('When it happened.'),
  code: Type.String({ description: 'The same in one stable word.' }),
  text: Sentence('What happened.'),
  textZh: Sentence('The same in Chinese.'),
  type: StringEnum(['Normal', 'Warning'] as const),
});
export type ReleaseEvent = Static<typeof ReleaseEventSchema>;

/** What a person did. */
export const DeedSchema = Type.Object({
  time: Time('When.'),
  user: Type.String({ description: 'Who: the user, or the tool that wrote it where the cluster knows no more.' }),
  what: Sentence('What.'),
  whatZh: Sentence('The same in Chinese.'),
  via: Type.Optional(Type.String({ description: 'By which door, such as a chat.' })),
});
export type Deed = Static<typeof DeedSchema>;

/** What somebody said to a step. */
export const SaidApprovalSchema = Type.Object({
  step: Type.Integer({ description: 'Counts from 1; 0: before it begins.' }),
  approved: Type.Boolean(),
  user: Type.String(),
  groups: Type.Array(Type.String(), { description: 'Groups of that person that count for it.' }),
  comment: Type.String(),
  at: Type.Optional(Time('When.')),
  counts: Type.Boolean({ description: 'False where it is about another plan or image, or from somebody whose word does not count.' }),
  via: Type.Optional(Type.String()),
  freezeWindow: Type.Optional(Type.String({ description: 'The freeze window that it lets the release through.' })),
});
export type SaidApproval = Static<typeof SaidApprovalSchema>;

const SideSchema = Type.Object({
  count: Type.Optional(Type.Number({ description: 'Requests, or Pods.' })),
  bad: Type.Optional(Type.Number({ description: 'How many of them were bad.' })),
  value: Type.Optional(Type.Number({ description: 'latency: milliseconds; saturation: the mean.' })),
});

/** What one metric says, and what it was seen on. */
export const MetricViewSchema = Type.Object({
  name: Type.String(),
  kind: StringEnum(metricKinds),
  dryRun: Type.Optional(Type.Boolean({ description: 'It decides nothing.' })),
  outcome: StringEnum(outcomes),
  says: Type.String({ description: 'The same as a sentence.' }),
  saysZh: Type.String({ description: 'The same in Chinese, but for the words of conditions.' }),
  problem: Type.Optional(Type.String({ description: 'Why there are no samples at the moment.' })),
  samples: Type.Integer({ description: 'How many counted.' }),
  confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'How sure the test is of what it leans to: 1 is certainty.' })),
  points: Type.Array(
    Type.Object({
      at: Time('Its end.'),
      seconds: Type.Number({ description: 'How long it is.' }),
      stable: Type.Optional(SideSchema),
      canary: Type.Optional(SideSchema),
      value: Type.Optional(Type.Number({ description: 'condition: what was measured.' })),
    }),
  ),
  verdicts: Type.Array(Type.Object({ at: Time('When it came to that.'), outcome: StringEnum(outcomes), says: Type.String(), saysZh: Type.String() })),
});
export type MetricView = Static<typeof MetricViewSchema>;

export const actionVerbs = ['approve', 'reject', 'promote', 'promoteFull', 'pause', 'resume', 'abort', 'retry', 'rollback'] as const;
export type ActionVerb = (typeof actionVerbs)[number];

/** Something that a person can do to a release, and what comes of it. */
export const ActionSchema = Type.Object({
  verb: StringEnum(actionVerbs),
  allowed: Type.Boolean({ description: 'Whether state and rights allow it at the moment.' }),
  why: Type.Optional(Sentence('Why it cannot be done at the moment.')),
  whyZh: Type.Optional(Sentence('The same in Chinese.')),
  consequence: Sentence('What happens to users.'),
  consequenceZh: Sentence('The same in Chinese.'),
  to: Type.Optional(Type.String({ description: 'rollback: the version that it leads to.' })),
});
export type Action = Static<typeof ActionSchema>;

/** Who meets the canary at the moment, beside its share. */
export const AudienceSchema = Type.Object({
  router: Type.Boolean({ description: 'False: Pods share the work by their number, and no request is steered.' }),
  matches: Type.Array(MatchSchema, { description: 'Requests that go to the canary whatever its share.' }),
  mirror: Type.Optional(Type.Integer({ description: 'The part of the requests, in per mille, that the canary gets a copy of.' })),
  sticky: Type.Optional(Type.Object({ cookie: Type.String({ description: 'Its value is the hash of the version that its bearer stays with.' }), maxAgeSeconds: Type.Integer() })),
  preview: Type.Optional(PreviewSchema),
});
export type Audience = Static<typeof AudienceSchema>;

/** What an approval is bound to. */
export const SeenSchema = Type.Object(
  { plan: Type.String({ maxLength: 200, description: 'A hash of the plan.' }), images: Type.Array(Type.String({ maxLength: 640 }), { maxItems: 64, description: 'Digests of the images.' }) },
  { description: 'What a person who approves has in front of them; the approval counts for nothing else.' },
);
export type Seen = Static<typeof SeenSchema>;

/** Everything that is known of one release. */
export const ReleaseDetailSchema = Type.Object(
  {
    ...ReleaseSummarySchema.properties,
    stages: Type.Array(StageSchema),
    shares: Type.Object({ asked: OrNull(SharesSchema), written: OrNull(SharesSchema), accepted: OrNull(SharesSchema), counted: OrNull(SharesSchema) }),
    versions: Type.Array(VersionDetailSchema),
    podsHidden: Type.Boolean({ description: 'Whether you may not see Pods and ReplicaSets of the namespace, so that versions are told without them.' }),
    events: Type.Array(ReleaseEventSchema, { description: 'Newest first.' }),
    approvals: Type.Array(SaidApprovalSchema, { description: 'Newest first.' }),
    metrics: Type.Array(MetricViewSchema),
    actions: Type.Array(ActionSchema),
    author: Type.Optional(Type.String({ description: 'Who wrote the new version, as CI says.' })),
    deeds: Type.Array(DeedSchema, { description: 'Newest first.' }),
    audience: Type.Optional(AudienceSchema),
    seen: Type.Optional(SeenSchema),
    hotfix: Type.Optional(Type.String({ description: 'Why it goes out without being judged.' })),
    tested: Type.Array(Type.String(), { description: 'Jobs that tried it and succeeded.' }),
    reached: Type.Integer({ description: 'The highest share that was asked for, in per mille.' }),
  },
  { description: 'Everything that is known of one release.' },
);
export type ReleaseDetail = Static<typeof ReleaseDetailSchema>;
