import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../kubernetes/generated/meta-v1.js';
import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import { AnyObject, MapOf, StringEnum } from '../schema/typebox.js';
import { DURATION_PATTERN } from './duration.js';

const Name = (description: string) => Type.String({ minLength: 1, maxLength: 253, description });
const Duration = (description: string, defaultValue?: string) =>
  Type.String({ pattern: DURATION_PATTERN, maxLength: 32, description, ...(defaultValue === undefined ? {} : { default: defaultValue }) });

/** A rule that exactly one of the fields is there. */
const exactlyOne = (fields: readonly string[], message: string) => ({
  'x-kubernetes-validations': [{ rule: `[${fields.map((field) => `has(self.${field})`).join(', ')}].filter(given, given).size() == 1`, message }],
});

const InlineWorkload = Type.Object(
  {
    replicas: Type.Integer({ minimum: 0, default: 1, description: 'How many Pods the program runs with.' }),
    selector: Type.Object({ matchLabels: MapOf(Type.String(), { minProperties: 1, description: 'Labels that every Pod of the program carries.' }) }, { description: 'Which Pods are of this program; must match the labels of the template.' }),
    template: AnyObject<PodTemplateSpec>({ description: 'The Pod template; a change of it is a new version.' }),
  },
  { description: 'A program that only Serin runs, without a Deployment.' },
);

const Step = Type.Object(
  {
    weight: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: "The canary's share in per cent; at most one decimal." })),
    pause: Type.Optional(Type.Object({ for: Type.Optional(Duration('How long; until told to go on when absent.')) }, { description: 'Wait.' })),
    analyze: Type.Optional(
      Type.Object(
        {
          for: Duration('How long the canary is watched at least.', '30s'),
          minimumRequests: Type.Optional(Type.Integer({ minimum: 0, description: 'How many canary requests must be on record.' })),
        },
        { description: 'Watch the canary before going on.' },
      ),
    ),
  },
  {
    description: 'One step: weight, pause or analyze.',
    'x-kubernetes-validations': [
      { rule: '[has(self.weight), has(self.pause), has(self.analyze)].filter(given, given).size() == 1', message: 'a step is exactly one of weight, pause or analyze' },
      { rule: '!has(self.weight) || self.weight * 10.0 == double(int(self.weight * 10.0))', message: 'a weight has at most one decimal' },
    ],
  },
);

const IstioRouter = Type.Object(
  {
    virtualServices: Type.Optional(
      Type.Array(
        Type.Object({
          name: Name('The VirtualService.'),
          routes: Type.Optional(Type.Array(Name('Name of an http route.'), { maxItems: 64, description: 'Only these http routes; all that lead to the Service when absent.' })),
        }),
        { maxItems: 32, description: 'Which VirtualServices steer the traffic; all that lead to the Service when absent.' },
      ),
    ),
    settleSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 600, description: 'How long Istio is given to push a change where objects carry no status.' })),
  },
  { description: 'Split by VirtualService and DestinationRule.' },
);
const ServiceRouter = Type.Object(
  { approximate: Type.Optional(Type.Boolean({ description: 'Take the nearest share that Pod counts can show instead of refusing.' })) },
  { description: 'Split by the number of ready Pods behind the Service.' },
);

export const PolicySpecSchema = Type.Object(
  {
    workload: Type.Object(
      {
        deployment: Type.Optional(Name('A Deployment of the same namespace.')),
        inline: Type.Optional(InlineWorkload),
      },
      { description: 'Whose versions are released.', ...exactlyOne(['deployment', 'inline'], 'name either a deployment or an inline workload') },
    ),
    service: Name('The Service that clients use.'),
    router: Type.Object(
      { istio: Type.Optional(IstioRouter), service: Type.Optional(ServiceRouter) },
      { description: 'How traffic is steered.', ...exactlyOne(['istio', 'service'], 'choose exactly one router') },
    ),
    strategy: Type.Object(
      {
        canary: Type.Object(
          { steps: Type.Array(Step, { minItems: 1, maxItems: 50, description: 'Done in this order; at their end the canary gets everything.' }) },
          { description: 'A share of the traffic that grows step by step.' },
        ),
      },
      { description: 'How a new version goes out.' },
    ),
    analysis: Type.Optional(
      Type.Object(
        {
          maximumErrorRateIncrease: Type.Optional(
            Type.Number({ minimum: 0, maximum: 100, description: "By how many percentage points the canary's failed requests may exceed stable's. Default 2." }),
          ),
          minimumRequests: Type.Optional(Type.Integer({ minimum: 1, description: 'Canary requests before they may speak against it. Default 20.' })),
        },
        { description: 'What makes a version worse.' },
      ),
    ),
    readyTimeout: Type.Optional(Duration('How long canary Pods may take to become ready.', '5m')),
    drain: Type.Optional(Duration('How long Pods without new traffic are kept for the requests they still serve.', '5s')),
    paused: Type.Optional(Type.Boolean({ description: 'Start no release.' })),
  },
  { description: 'How versions of one program are released.' },
);
export type PolicySpec = Static<typeof PolicySpecSchema>;
export type PolicyStep = PolicySpec['strategy']['canary']['steps'][number];

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
