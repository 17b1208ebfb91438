import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../../../kubernetes/generated/meta-v1.js';
import { MapOf, StringEnum } from '../../../schema/typebox.js';
import { Flag, Text, Time, Whole } from './fields.js';
import { MetricSchema, TemplateArgumentSchema, type AnalysisTemplateSpec } from './metrics.js';
import { DryRuns, Retentions } from './rollout-analysis.js';

export interface AnalysisTemplate {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: AnalysisTemplateSpec;
}

export const runPhases = ['Pending', 'Running', 'Successful', 'Failed', 'Error', 'Inconclusive'] as const;
export type RunPhase = (typeof runPhases)[number];
const phase = Type.Optional(StringEnum(runPhases));

export const AnalysisRunSpecSchema = Type.Object(
  {
    metrics: Type.Array(MetricSchema, { description: 'What is measured.' }),
    args: Type.Optional(Type.Array(TemplateArgumentSchema, { description: 'Values of arguments.' })),
    terminate: Flag('End it.'),
    dryRun: DryRuns,
    measurementRetention: Retentions,
    ttlStrategy: Type.Optional(
      Type.Object({ secondsAfterCompletion: Whole('After any end.'), secondsAfterFailure: Whole('After a failure.'), secondsAfterSuccess: Whole('After a success.') }, { description: 'When it is deleted.' }),
    ),
  },
  { description: 'An analysis.' },
);
export type AnalysisRunSpec = Static<typeof AnalysisRunSpecSchema>;

const summary = Type.Optional(
  Type.Object({ count: Whole('All.'), successful: Whole('Successes.'), failed: Whole('Failures.'), inconclusive: Whole('Neither.'), error: Whole('Errors.') }, { description: 'How many metrics.' }),
);

const measurement = Type.Object({
  phase: Type.Optional(StringEnum(runPhases)),
  value: Text('What was measured.'),
  message: Text('Why.'),
  startedAt: Time('When it began.'),
  finishedAt: Time('When it ended.'),
  resumeAt: Time('When it is looked at again.'),
  metadata: Type.Optional(MapOf(Type.String())),
});
export type Measurement = Static<typeof measurement>;

const metricResult = Type.Object({
  name: Type.String(),
  phase,
  measurements: Type.Optional(Type.Array(measurement)),
  count: Whole('All but errors.'),
  successful: Whole('Successes.'),
  failed: Whole('Failures.'),
  inconclusive: Whole('Neither.'),
  error: Whole('Errors.'),
  consecutiveError: Whole('Errors in a row.'),
  consecutiveSuccess: Whole('Successes in a row.'),
  dryRun: Flag('Decides nothing.'),
  message: Text('Why.'),
  metadata: Type.Optional(MapOf(Type.String())),
});
export type MetricResult = Static<typeof metricResult>;

export const AnalysisRunStatusSchema = Type.Object({
  phase,
  message: Text('Why.'),
  startedAt: Time('When it began.'),
  completedAt: Time('When it ended.'),
  runSummary: summary,
  dryRunSummary: summary,
  metricResults: Type.Optional(Type.Array(metricResult)),
});
export type AnalysisRunStatus = Static<typeof AnalysisRunStatusSchema>;

export interface AnalysisRun {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: AnalysisRunSpec;
  status?: AnalysisRunStatus;
}
