import { Type, type Static } from 'typebox';
import { StringEnum } from '../../schema/typebox.js';
import { howMany } from '../how-many.js';
import { Duration, Name } from './fields.js';
import { MetricSourceSchema } from './metric-sources.js';

/** A part such as `1%`. */
const Percent = (description: string) => Type.Optional(Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?%$', maxLength: 12, description }));
/** How many times, such as `1.5x`. */
const Times = (description: string) => Type.Optional(Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?x$', maxLength: 12, description }));

const rolledBack = 'Taken back only when certainly more than so many times as bad as stable.';
const accepted = 'Accepted when certainly less than so many times as bad as stable.';

const errorRate = Type.Object(
  {
    worseBy: Times(`${rolledBack} 1.5x when absent.`),
    acceptBelow: Times(`${accepted} 2x when absent.`),
    negligible: Percent('A part that is no trouble whatever stable does: never taken back for less. 0.1% when absent.'),
    fineBelow: Percent('Accepted when certainly less than this part is bad, whatever stable does; at least negligible. 0.5% when absent, or negligible where that is more.'),
    below: Percent('Compare with this limit, not with stable: taken back when certainly above, accepted when certainly below.'),
  },
  { description: 'The part that is bad of all: failed requests, or what the source counts.' },
);

const latency = Type.Object(
  {
    percentile: Type.Optional(Type.String({ pattern: '^p[0-9]+(\\.[0-9]+)?$', maxLength: 12, description: 'Such as p95; p99 when absent.' })),
    slower: Times("Requests of the canary may take so many times as long as stable's. 1.5x when absent."),
    worseBy: Times('Taken back only when certainly more than so many times as many requests are slow as of stable. 2x when absent.'),
    acceptBelow: Times('Accepted when certainly less than so many times as many are slow. 4x when absent.'),
    below: Type.Optional(Duration('Compare the percentile with this limit, not with stable.')),
    shift: Type.Optional(StringEnum(['slower', 'either'] as const, { description: 'Watch the whole distribution: taken back when it has moved for certain, at any percentile.' })),
  },
  { description: 'How long requests take.' },
);

const saturation = Type.Object(
  {
    worseBy: Times('Taken back when a canary Pod is certainly above so many times a stable one more often than not. 2x when absent.'),
    acceptBelow: Times('Accepted when it is certainly below so many times a stable one more often than not. 3x when absent.'),
    below: Type.Optional(Type.Number({ description: 'Compare with this limit, not with stable Pods.' })),
    every: Duration('The least time between two samples that count.', '15s'),
  },
  { description: 'A value of each Pod that goes up and down: memory, processor, a queue.' },
);

const limit = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }));

const condition = Type.Object(
  {
    success: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'A CEL expression of result, such as result >= 0.95.' })),
    failure: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'A CEL expression of result.' })),
    every: Duration('Time between two measurements.', '30s'),
    delay: Type.Optional(Duration('Time before the first.')),
    count: Type.Optional(Type.Integer({ minimum: 1, description: 'How many measurements; for as long as the release lasts when absent.' })),
    failureLimit: limit('Taken back with more failures than this. 0 when absent.'),
    inconclusiveLimit: limit('Undecided for good with more measurements of neither kind than this. 0 when absent.'),
    consecutiveErrorLimit: limit('Taken back with more errors in a row than this. 4 when absent.'),
    consecutiveSuccessLimit: limit('Accepted with so many successes in a row; not asked for when absent.'),
  },
  { description: 'Plain conditions with limits; nothing is promised of how often they are wrong.' },
);

export const metricKinds = ['errorRate', 'latency', 'saturation', 'condition'] as const;
export type MetricKind = (typeof metricKinds)[number];

/** How a metric is judged and where its samples come from; what a template holds. */
export const measureFields = {
  errorRate: Type.Optional(errorRate),
  latency: Type.Optional(latency),
  saturation: Type.Optional(saturation),
  condition: Type.Optional(condition),
  from: Type.Optional(MetricSourceSchema),
};

const template = Type.Object(
  {
    kind: Type.Optional(StringEnum(['MetricTemplate', 'ClusterMetricTemplate'] as const, { description: 'MetricTemplate when absent.' })),
    name: Name('The template.'),
    arguments: Type.Optional(Type.Array(Type.Object({ name: Name('The argument.'), value: Type.String({ maxLength: 1024, description: 'Its value.' }) }), { maxItems: 32 })),
  },
  { description: 'Take the metric from a template.' },
);

const common = {
  name: Type.String({ pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$', maxLength: 63, description: 'What people and steps call it.' }),
  weight: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Its part of the false alarms, relative to the others. 1 when absent.' })),
  dryRun: Type.Optional(Type.Boolean({ description: 'Only look: it decides nothing.' })),
};

/** One metric of a policy. */
export const MetricSchema = Type.Object(
  { ...common, ...measureFields, template: Type.Optional(template) },
  {
    description: 'One metric: errorRate, latency, saturation or condition, or one from a template.',
    'x-kubernetes-validations': [{ rule: `${howMany([...metricKinds, 'template'])} == 1`, message: 'a metric is exactly one of errorRate, latency, saturation, condition or template' }],
  },
);
export type Metric = Static<typeof MetricSchema>;

/** One metric of a plan: templates are filled in. */
export const PlannedMetricSchema = Type.Object({ ...common, ...measureFields }, { description: 'One metric.' });
export type PlannedMetric = Static<typeof PlannedMetricSchema>;

/** What becomes of an analysis that is still undecided when its time is over. */
export const undecidedFates = ['promote', 'hold', 'ask', 'abort'] as const;
export type UndecidedFate = (typeof undecidedFates)[number];

/** Names of metrics of the same policy. */
export const MetricNames = (description: string) => Type.Optional(Type.Array(Name('A metric.'), { minItems: 1, maxItems: 16, description }));

export const AnalysisSchema = Type.Object(
  {
    falseAlarm: Percent('Chance to take a version back although it is no worse than tolerated, over the whole release and all metrics. 1% when absent.'),
    missed: Percent('Chance to accept a version that is worse. 5% when absent.'),
    undecided: Type.Optional(
      Type.Object(
        {
          after: Type.Optional(Duration('How long an analysis lasts at most. 5m when absent.')),
          then: Type.Optional(StringEnum(undecidedFates, { description: 'promote: go on where nothing speaks against it; hold: wait to be told; ask: wait for an approval; abort: take it back. promote when absent.' })),
          minimumRequests: Type.Optional(Type.Integer({ minimum: 0, description: 'Canary requests without which it holds in place of promote. 20 when absent.' })),
        },
        { description: 'What to do where the evidence does not suffice in time.' },
      ),
    ),
    metrics: Type.Optional(Type.Array(MetricSchema, { maxItems: 16, description: 'What is judged; errors and latency of requests when absent, nothing when the list is empty.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })),
    before: MetricNames('These must pass before the canary gets its first request.'),
    after: MetricNames('These must pass once the canary has all requests, before the old version goes.'),
  },
  { description: 'What makes a version worse, and how sure to be.' },
);
export type Analysis = Static<typeof AnalysisSchema>;

/** The analysis of a plan: what a policy says, with its templates filled in. */
export const PlannedAnalysisSchema = Type.Object(
  {
    falseAlarm: Type.Number({ minimum: 0, maximum: 1, description: 'Chance to take back a version that is no worse.' }),
    missed: Type.Number({ minimum: 0, maximum: 1, description: 'Chance to accept one that is worse.' }),
    undecided: Type.Object({
      milliseconds: Type.Integer({ minimum: 0, description: 'How long an analysis lasts at most.' }),
      then: StringEnum(undecidedFates, { description: 'What comes then.' }),
      minimumRequests: Type.Integer({ minimum: 0, description: 'Canary requests without which it holds in place of promote.' }),
    }),
    metrics: Type.Array(PlannedMetricSchema, { maxItems: 16, description: 'What is judged.' }),
    ofSteps: Type.Optional(Type.Array(Type.String(), { maxItems: 16, description: 'The metrics that are sampled and judged only in the steps that name them.' })),
  },
  { description: 'How the canary is judged; by its Pods alone when absent.' },
);
export type PlannedAnalysis = Static<typeof PlannedAnalysisSchema>;
