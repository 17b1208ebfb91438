import { Type, type Static } from 'typebox';
import { strategyNames } from '../../model/policy/strategies.js';
import { abortReasons, releasePhases } from '../../model/release.js';
import { StringEnum } from '../../schema/typebox.js';
import { ApprovalsCountSchema, CountsSchema, OrNull, OutcomeSchema, Sentence, Time } from './words.js';

/** One version, as people tell it from others. */
export const VersionSchema = Type.Object(
  {
    replicaSet: Type.String({ description: 'What runs it.' }),
    hash: Type.String({ description: 'Tells its Pods apart.' }),
    images: Type.Array(Type.String(), { description: 'Images of its containers.' }),
    name: Type.String({ description: 'What people call it: its images, and what runs it.' }),
  },
  { description: 'One version of the program.' },
);
export type VersionView = Static<typeof VersionSchema>;

export const waitKinds = ['approval', 'person', 'pause', 'analysis', 'pods', 'router', 'job', 'gate', 'freeze', 'drain', 'other'] as const;
export type WaitKind = (typeof waitKinds)[number];

/** What a release waits for, in one sentence. */
export const WaitsForSchema = Type.Object(
  {
    kind: StringEnum(waitKinds, { description: 'What sort of thing it is.' }),
    text: Sentence('In one sentence.'),
    textZh: Sentence('The same in Chinese.'),
    until: Type.Optional(Time('When it ends by itself, or what comes otherwise happens.')),
    approvals: Type.Optional(ApprovalsCountSchema),
  },
  { description: 'What a release waits for.' },
);
export type WaitsFor = Static<typeof WaitsForSchema>;

/** A release as lists and the stream tell it. */
export const ReleaseSummarySchema = Type.Object(
  {
    id: Type.String({ description: 'namespace/name.' }),
    namespace: Type.String(),
    name: Type.String(),
    policy: Type.String({ description: 'The policy that it is a run of.' }),
    uid: Type.String({ description: 'Tells it apart from an earlier release of its name.' }),
    strategy: Type.Optional(StringEnum(strategyNames)),
    phase: StringEnum(releasePhases),
    outcome: OutcomeSchema,
    abortReason: Type.Optional(StringEnum(abortReasons)),
    message: Sentence('In one sentence what it does, waits for, or came to.'),
    messageZh: Sentence('The same in Chinese.'),
    share: Type.Integer({ description: "The canary's accepted share, in per mille." }),
    step: Type.Object({
      index: Type.Integer({ description: 'The present step, counted from 0.' }),
      count: Type.Integer({ description: 'How many steps the plan has.' }),
      what: Sentence('What the present step does.'),
      whatZh: Sentence('The same in Chinese.'),
    }),
    startedAt: Type.Optional(Time('When it began.')),
    endedAt: Type.Optional(Time('When it ended.')),
    stable: VersionSchema,
    canary: VersionSchema,
    waitsFor: OrNull(WaitsForSchema),
    waitsForMe: Type.Boolean({ description: 'Whether it waits for an approval that the asking person may give and has not given.' }),
    requests: Type.Object({ stable: CountsSchema, canary: CountsSchema }, { description: 'Since the release began.' }),
    paused: Type.Boolean({ description: 'Whether a person paused it.' }),
    revision: Type.String({ description: 'Another one means that something of it changed.' }),
  },
  { description: 'One release, in short.' },
);
export type ReleaseSummary = Static<typeof ReleaseSummarySchema>;

/** One page of releases. */
export const ReleaseListSchema = Type.Object(
  {
    items: Type.Array(ReleaseSummarySchema),
    total: Type.Integer({ description: 'How many match, on all pages.' }),
    cursor: Type.Optional(Type.String({ description: 'Asks for the next page; absent on the last one.' })),
  },
  { description: 'Releases under way first, then the newest.' },
);
export type ReleaseList = Static<typeof ReleaseListSchema>;

/** What a list of releases may be asked for. */
export const ReleaseQuerySchema = Type.Object({
  namespace: Type.Optional(Type.String({ maxLength: 63, description: 'Only of this namespace.' })),
  search: Type.Optional(Type.String({ maxLength: 200, description: 'Only those with these words in name, policy, namespace or images.' })),
  outcome: Type.Optional(StringEnum(['running', 'completed', 'aborted', 'all'] as const, { description: 'all when absent.' })),
  waiting: Type.Optional(StringEnum(['me', 'anyone'] as const, { description: 'Only those that wait for an approval: of the asking person, or of anyone.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'How many a page; 200 when absent.' })),
  cursor: Type.Optional(Type.String({ maxLength: 400, description: 'Of the page before.' })),
});
export type ReleaseQuery = Static<typeof ReleaseQuerySchema>;

/** Names of namespaces. */
export const NamespaceListSchema = Type.Object({ items: Type.Array(Type.String()) }, { description: 'Namespaces with policies that the asking person may see.' });
