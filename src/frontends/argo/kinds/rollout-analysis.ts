import { Type, type Static } from 'typebox';
import { StringEnum } from '../../../schema/typebox.js';
import { Flag, PodMetadata, Text, Whole } from './fields.js';

/** A reference to a template of metrics. */
export const TemplateReferenceSchema = Type.Object(
  { templateName: Text('The AnalysisTemplate.'), clusterScope: Flag('Whether it is a ClusterAnalysisTemplate.') },
  { description: 'A template of metrics.' },
);
export type TemplateReference = Static<typeof TemplateReferenceSchema>;

/** A value for an argument of a template, as a Rollout gives it. */
export const RunArgumentSchema = Type.Object(
  {
    name: Type.String({ description: 'The argument.' }),
    value: Text('Its value.'),
    valueFrom: Type.Optional(
      Type.Object({
        podTemplateHashValue: Type.Optional(StringEnum(['Stable', 'Latest'] as const, { description: 'The hash of a version.' })),
        fieldRef: Type.Optional(Type.Object({ fieldPath: Type.String({ description: 'A field of the Rollout.' }) })),
      }),
    ),
  },
  { description: 'A value for an argument.' },
);
export type RunArgument = Static<typeof RunArgumentSchema>;

export const DryRuns = Type.Optional(Type.Array(Type.Object({ metricName: Type.String({ description: 'A regular expression for names of metrics.' }) }), { description: 'Metrics that decide nothing.' }));
export const Retentions = Type.Optional(
  Type.Array(Type.Object({ metricName: Type.String({ description: 'A regular expression for names of metrics.' }), limit: Type.Integer({ description: 'How many.' }) }), { description: 'How many measurements are kept.' }),
);

const analysisFields = {
  templates: Type.Optional(Type.Array(TemplateReferenceSchema, { description: 'The templates; their metrics are put together.' })),
  args: Type.Optional(Type.Array(RunArgumentSchema, { description: 'Values for the arguments of the templates.' })),
  dryRun: DryRuns,
  measurementRetention: Retentions,
  analysisRunMetadata: PodMetadata('Labels and annotations of the AnalysisRun.'),
};

/** An analysis as a Rollout starts it. */
export const RolloutAnalysisSchema = Type.Object(analysisFields, { description: 'An analysis.' });
export type RolloutAnalysis = Static<typeof RolloutAnalysisSchema>;

/** An analysis that runs beside the steps. */
export const BackgroundAnalysisSchema = Type.Object({ ...analysisFields, startingStep: Whole('The step at which it begins, from 0.') }, { description: 'An analysis that runs beside the steps.' });
export type BackgroundAnalysis = Static<typeof BackgroundAnalysisSchema>;
