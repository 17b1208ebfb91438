import { Type, type Static } from 'typebox';
import { PreviewSchema } from '../preview.js';
import { BatchSchema } from './batches.js';
import { CountOrPercent, Duration, exactlyOne } from './fields.js';
import { AudienceSchema, CanaryStepSchema, CheckStepSchema } from './steps.js';

const preview = Type.Optional(PreviewSchema);
const checks = (description: string) => Type.Optional(Type.Array(CheckStepSchema, { maxItems: 20, description }));

/** In batches of Pods, whatever the strategy. */
const allowances = {
  maxSurge: Type.Optional(CountOrPercent('Pods beyond the replicas while a batch is under way. 25% when absent, at least 1 where maxUnavailable is 0.')),
  maxUnavailable: Type.Optional(CountOrPercent('Pods that may be missing while a batch is under way. 0 when absent.')),
};

const CanarySchema = Type.Object(
  {
    steps: Type.Array(CanaryStepSchema, { maxItems: 50, description: 'Done in this order; at their end the canary gets everything. Without any it gets everything at once.' }),
    preview,
    inPlace: Type.Optional(Type.Object(allowances, { description: "The canary takes the place of stable's Pods, step by step, so that no second full set runs. Where nothing splits requests, shares are the nearest that Pod counts can show." })),
    weightsMayFall: Type.Optional(Type.Boolean({ description: 'Weights may also fall, or stand there twice, which is taken for a slip otherwise.' })),
    minimumPods: Type.Optional(Type.Integer({ minimum: 0, description: 'At least so many Pods of each version while it has a share, but no more than the replicas. With 0 the new version has none before its first share; with more, or when absent, one Pod.' })),
    readyThreshold: Type.Optional(
      Type.Object(
        { pods: Type.Optional(Type.Integer({ minimum: 1, description: 'This many Pods.' })), percent: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'This part of them.' })) },
        { description: 'How many of the canary Pods that a step asks for have to be ready for it to go on; all when absent.', ...exactlyOne(['pods', 'percent'], 'say either pods or percent') },
      ),
    ),
  },
  { description: 'A share of the traffic that grows step by step.' },
);

const BlueGreenSchema = Type.Object(
  {
    preview,
    previewReplicas: Type.Optional(Type.Integer({ minimum: 1, description: 'Pods of the new version while it is only previewed; as many as the old one when absent.' })),
    before: checks('What must pass before the switch; users do not meet the new version yet. A pause until told when absent.'),
    after: checks('What must pass after the switch, while the old version stands by.'),
    keep: Type.Optional(Duration('How long the old version stands by after the switch, so that going back is at once.', '5m')),
  },
  { description: 'A full second set, one switch, and the old set kept for a time.' },
);

const RollingSchema = Type.Object(
  {
    batches: Type.Array(BatchSchema, { minItems: 1, maxItems: 50, description: 'How far each batch goes, such as 20%, 50%, 100% or 1, 5, 20; the last one reaches all. A batch may say its share and a pause as well: {pods: 1, weight: 10, pause: {}}.' }),
    between: checks('What must pass after each batch but the last, and but those with a pause of their own.'),
    ...allowances,
  },
  { description: 'Pod by Pod in batches, without a second full set.' },
);

const AbSchema = Type.Object(
  {
    stages: Type.Array(
      Type.Object(
        {
          audience: Type.Optional(AudienceSchema),
          share: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'Part of everybody else, in per cent, that meets B too.' })),
          checks: checks('What must pass before the next stage. An analysis of at most 10 minutes when absent.'),
        },
        { description: 'Who meets B from here on, beside those of the stages before.', 'x-kubernetes-validations': [{ rule: 'has(self.audience) || has(self.share)', message: 'a stage names an audience or a share' }] },
      ),
      { minItems: 1, maxItems: 20, description: 'B is widened stage by stage; at their end everybody gets it.' },
    ),
    preview,
  },
  { description: 'One group gets A, another B, until it is decided.' },
);

export const StrategySchema = Type.Object(
  {
    canary: Type.Optional(CanarySchema),
    blueGreen: Type.Optional(BlueGreenSchema),
    rolling: Type.Optional(RollingSchema),
    ab: Type.Optional(AbSchema),
  },
  { description: 'How a new version goes out.', ...exactlyOne(['canary', 'blueGreen', 'rolling', 'ab'], 'choose exactly one strategy: canary, blueGreen, rolling or ab') },
);
export type Strategy = Static<typeof StrategySchema>;
export type BlueGreen = Static<typeof BlueGreenSchema>;
export type Rolling = Static<typeof RollingSchema>;
export type Canary = Static<typeof CanarySchema>;
export type Ab = Static<typeof AbSchema>;

/** Names of strategies in a policy. */
export const strategyNames = ['canary', 'blueGreen', 'rolling', 'ab'] as const;
export type StrategyName = (typeof strategyNames)[number];

/** The strategy that a policy chooses. @throws Error when it chooses none, which its schema forbids */
export function strategyName(strategy: Strategy): StrategyName {
  const name = strategyNames.find((each) => strategy[each] !== undefined);
  if (name === undefined) throw new Error('strategy: choose exactly one of canary, blueGreen, rolling, ab');
  return name;
}
