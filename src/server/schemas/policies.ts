import { Type, type Static } from 'typebox';
import { strategyNames } from '../../model/policy/strategies.js';
import { policyPhases } from '../../model/release-policy.js';
import { AnyObject, StringEnum } from '../../schema/typebox.js';
import { ReleaseSummarySchema } from './release-summary.js';
import { Sentence, Time } from './words.js';

/** How well versions of one program get to users: the four delivery metrics, and who was hurt. */
export const DeliverySchema = Type.Object(
  {
    releases: Type.Integer({ description: 'How many ended.' }),
    perWeek: Type.Number({ description: 'How many became stable, a week.' }),
    medianSeconds: Type.Optional(Type.Number({ description: 'From the beginning of a release to its end, of those that became stable.' })),
    takenBack: Type.Integer({ description: 'How many were taken back because of what they were; newer versions and changed minds do not count.' }),
    takenBackShare: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'The same as a part of those that went either way.' })),
    usersHurt: Type.Integer({ description: 'Requests that failed on new versions.' }),
    medianRecoverySeconds: Type.Optional(Type.Number({ description: 'From the decision to take one back until nothing of it was left.' })),
    since: Time('From when on they are counted: what is still on record.'),
  },
  { description: 'The four delivery metrics, of the releases that are on record.' },
);
export type Delivery = Static<typeof DeliverySchema>;

/** A policy, in short. */
export const PolicySummarySchema = Type.Object(
  {
    id: Type.String({ description: 'namespace/name.' }),
    namespace: Type.String(),
    name: Type.String(),
    uid: Type.String(),
    phase: StringEnum(policyPhases),
    message: Sentence('In one sentence what it does or waits for.'),
    messageZh: Sentence('The same in Chinese.'),
    workload: Type.String({ description: 'Whose versions are released.' }),
    strategy: Type.Optional(StringEnum(strategyNames)),
    stable: Type.Optional(Type.Object({ replicaSet: Type.String(), hash: Type.String() }, { description: 'The version that users rely on.' })),
    rejected: Type.Optional(Type.Object({ replicaSet: Type.String(), release: Type.String(), reason: Type.String() }, { description: 'The version that was taken back last.' })),
    release: Type.Optional(Type.String({ description: 'Its last release.' })),
    delivery: DeliverySchema,
    frozen: Type.Optional(Type.Object({ window: Type.String(), why: Type.String(), until: Time('When it ends.') }, { description: 'The freeze window that keeps releases from beginning.' })),
  },
  { description: 'One policy, in short.' },
);
export type PolicySummary = Static<typeof PolicySummarySchema>;

/** Policies by namespace and name. */
export const PolicyListSchema = Type.Object({ items: Type.Array(PolicySummarySchema) });

/** A policy with its releases. */
export const PolicyDetailSchema = Type.Object(
  { ...PolicySummarySchema.properties, releases: Type.Array(ReleaseSummarySchema, { description: 'Newest first.' }), spec: AnyObject({ description: 'As it is written.' }), yaml: Type.String({ description: 'The spec as YAML.' }) },
  { description: 'One policy with its releases.' },
);
export type PolicyDetail = Static<typeof PolicyDetailSchema>;

/** What a list of policies may be asked for. */
export const PolicyQuerySchema = Type.Object({
  namespace: Type.Optional(Type.String({ maxLength: 63, description: 'Only of this namespace.' })),
  search: Type.Optional(Type.String({ maxLength: 200, description: 'Only those with these words in name, namespace or workload.' })),
});
export type PolicyQuery = Static<typeof PolicyQuerySchema>;
