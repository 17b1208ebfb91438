import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';
import { StringEnum } from '../schema/typebox.js';
import { AnalysisSchema } from './policy/analysis.js';
import { consentFields, otherwiseNeedsWithin } from './policy/consent.js';
import { Duration, Name, exactlyOne } from './policy/fields.js';
import { RouterSchema } from './policy/routers.js';
import { StrategySchema } from './policy/strategies.js';
import { WorkloadSchema } from './policy/workload.js';

/** What may follow from Pods that crash. */
export const crashFates = ['Abort', 'Wait'] as const;

export const PolicySpecSchema = Type.Object(
  {
    workload: WorkloadSchema,
    service: Type.Optional(Name('The Service that clients use. Workers that nobody calls have none and are released by Pod count.')),
    canaryService: Type.Optional(Name('The Service for the canary alone, where the router splits between Services; Serin makes one when absent.')),
    router: Type.Optional(RouterSchema),
    strategy: StrategySchema,
    sticky: Type.Optional(
      Type.Object(
        {
          cookie: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", maxLength: 64, description: 'Name of the cookie; serin-version when absent.' })),
          for: Duration('How long a user stays with the version that was met.', '24h'),
        },
        { description: 'Keep users with the version that they met.' },
      ),
    ),
    users: Type.Optional(
      Type.Object(
        { header: Type.Optional(Name('The header that names the user.')), cookie: Type.Optional(Name('The cookie that names the user.')) },
        { description: 'Where a request names its user.', ...exactlyOne(['header', 'cookie'], 'name either a header or a cookie') },
      ),
    ),
    analysis: Type.Optional(AnalysisSchema),
    approval: Type.Optional(Type.Object(consentFields, { 'x-kubernetes-validations': [otherwiseNeedsWithin], description: 'Whose consent is wanted before a release begins; it touches nothing before. Anyone who may create Approvals when neither users nor groups are named.' })),
    readyTimeout: Type.Optional(Duration('How long canary Pods may take to become ready.', '5m')),
    drain: Type.Optional(Duration('How long Pods without new traffic are kept for the requests they still serve.', '5s')),
    crashes: Type.Optional(StringEnum(crashFates, { description: 'What a canary Pod that crashes again and again leads to. Abort takes the canary back at once; Wait goes on waiting for Pods to get ready, as long as readyTimeout allows. Abort when absent.' })),
    paused: Type.Optional(Type.Boolean({ description: 'Start no release.' })),
    watchConfig: Type.Optional(Type.Boolean({ description: 'A changed ConfigMap or Secret that the Pods use counts as a new version.' })),
    judgeFirst: Type.Optional(Type.Boolean({ description: 'Put the first version through the checks of the strategy as well, before it counts as stable.' })),
    historyLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'How many ended releases are kept; 20 when absent.' })),
  },
  {
    description: 'How versions of one program are released.',
    'x-kubernetes-validations': [
      { rule: 'has(self.service) || !has(self.router) || has(self.workload.versions)', message: 'a router steers the traffic of a Service: name the service, or leave the router out for workers' },
      { rule: '!has(self.service) || has(self.router) || has(self.strategy.rolling)', message: 'choose a router for the service: istio, gatewayApi, ingressNginx or service' },
      { rule: '!has(self.router) || !has(self.router.twoServices) || has(self.workload.versions)', message: 'twoServices leads each Service to one version, at rest as well: name the versions under workload.versions' },
    ],
  },
);
export type PolicySpec = Static<typeof PolicySpecSchema>;

/** A version that a policy remembers. */
const KnownVersion = Type.Object(
  {
    replicaSet: Type.String({ description: 'The ReplicaSet that runs it.' }),
    hash: Type.String({ description: 'The pod-template-hash of its Pods.' }),
  },
  { description: 'The version that users rely on.' },
);

export const policyPhases = ['Adopting', 'Resting', 'Releasing', 'Holding', 'Refused'] as const;
export type PolicyPhase = (typeof policyPhases)[number];

export const ConditionSchema = Type.Object({
  type: Type.String({ description: 'What it is about.' }),
  status: StringEnum(['True', 'False', 'Unknown'] as const, { description: 'Whether it holds.' }),
  observedGeneration: Type.Optional(Type.Integer()),
  lastTransitionTime: Type.String({ format: 'date-time' }),
  reason: Type.String({ description: 'Why, in one word.' }),
  message: Type.String({ description: 'Why, in a sentence.' }),
});
export type Condition = Static<typeof ConditionSchema>;

export const PolicyStatusSchema = Type.Object({
  observedGeneration: Type.Optional(Type.Integer()),
  phase: Type.Optional(StringEnum(policyPhases, { description: 'What the policy does now.' })),
  message: Type.Optional(Type.String({ description: 'In one sentence what it does or waits for.' })),
  stable: Type.Optional(KnownVersion),
  rejected: Type.Optional(Type.Object(
      {
        hash: Type.String({ description: 'The pod-template-hash of its Pods.' }),
        replicaSet: Type.String({ description: 'The ReplicaSet that ran it.' }),
        release: Type.String({ description: 'The release that took it back.' }),
        reason: Type.String({ description: 'Why, in one word.' }),
      },
      { description: 'The version that was taken back last.' })),
  release: Type.Optional(Type.String({ description: 'The last release.' })),
  concluded: Type.Optional(Type.String({ description: 'The last release whose outcome was taken over.' })),
  foundPaused: Type.Optional(Type.Boolean({ description: 'Whether the Deployment was paused before Serin paused it; known where it stays paused at rest.' })),
  queuedAt: Type.Optional(Type.String({ format: 'date-time', description: 'Since when a new version waits for a free place.' })),
  config: Type.Optional(Type.String({ description: 'The ConfigMaps and Secrets that the stable version was released with, as a hash.' })),
  releases: Type.Optional(Type.Integer({ description: 'How many releases were started.' })),
  conditions: Type.Optional(Type.Array(ConditionSchema, { description: 'What kubectl wait may wait for.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })),
});
export type PolicyStatus = Static<typeof PolicyStatusSchema>;

export interface ReleasePolicy {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: PolicySpec;
  status?: PolicyStatus;
}
