import { Type, type Static } from 'typebox';
import { AnyObject, IntOrString, MapOf, StringEnum } from '../../../schema/typebox.js';
import { Flag, LabelSelector, PodMetadata, Text, Whole } from './fields.js';
import { DryRuns, RolloutAnalysisSchema, RunArgumentSchema } from './rollout-analysis.js';

/** One of three ways to compare a text. */
export const StringMatchSchema = Type.Object({ exact: Text('The whole text.'), prefix: Text('How it begins.'), regex: Text('A regular expression.') }, { description: 'A text: exact, prefix or regex.' });
export type StringMatch = Static<typeof StringMatchSchema>;

const pause = Type.Object({ duration: Type.Optional(IntOrString({ description: 'Seconds, or as in 10s, 5m, 1h; until somebody promotes when absent.' })) }, { description: 'Wait.' });

const setCanaryScale = Type.Object(
  { replicas: Whole('This many canary Pods.'), weight: Whole('This part of the replicas, in per cent.'), matchTrafficWeight: Flag('As many as the weight needs again.') },
  { description: 'Size the canary apart from its weight.' },
);

const setHeaderRoute = Type.Object(
  {
    name: Type.String({ description: 'The route; one of managedRoutes.' }),
    match: Type.Optional(Type.Array(Type.Object({ headerName: Type.String({ description: 'The header.' }), headerValue: Type.Optional(StringMatchSchema) }), { description: 'Requests of any of these; the route goes when absent.' })),
  },
  { description: 'Send requests with a header to the canary.' },
);

const setMirrorRoute = Type.Object(
  {
    name: Type.String({ description: 'The route; one of managedRoutes.' }),
    match: Type.Optional(
      Type.Array(Type.Object({ method: Type.Optional(StringMatchSchema), path: Type.Optional(StringMatchSchema), headers: Type.Optional(MapOf(StringMatchSchema)) }), { description: 'Requests of any of these; the route goes when absent.' }),
    ),
    percentage: Whole('Part of the requests that is copied; 100 when absent.'),
  },
  { description: 'Give the canary a copy of requests.' },
);

const experiment = Type.Object(
  {
    templates: Type.Array(
      Type.Object({
        name: Type.String({ description: 'What it is called.' }),
        specRef: StringEnum(['canary', 'stable'] as const, { description: 'Whose Pods.' }),
        replicas: Whole('How many Pods; 1 when absent.'),
        metadata: PodMetadata('Labels and annotations of its Pods.'),
        selector: Type.Optional(LabelSelector),
        weight: Whole('Its part of the traffic.'),
        service: Type.Optional(Type.Object({ name: Text('The Service; named after the ReplicaSet when absent.') })),
      }),
      { description: 'What runs side by side.' },
    ),
    duration: Text('How long, as in 1h; until its analyses end when absent.'),
    analyses: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String({ description: 'What it is called.' }),
          templateName: Type.String({ description: 'The template of metrics.' }),
          clusterScope: Flag('Whether it is a ClusterAnalysisTemplate.'),
          args: Type.Optional(Type.Array(RunArgumentSchema)),
          requiredForCompletion: Flag('Whether the experiment ends with it.'),
        }),
        { description: 'What is measured.' },
      ),
    ),
    dryRun: DryRuns,
    analysisRunMetadata: PodMetadata('Labels and annotations of its AnalysisRuns.'),
    scaleDownDelaySeconds: Whole('How long its Pods stay after the end; 30 when absent.'),
  },
  { description: 'Run versions side by side.' },
);
export type ExperimentStep = Static<typeof experiment>;

const plugin = Type.Object({ name: Type.String({ description: 'The plugin.' }), config: Type.Optional(AnyObject({ description: 'Its configuration.' })) }, { description: 'A step of a plugin.' });

/** One step: exactly one of these fields. */
export const CanaryStepSchema = Type.Object(
  {
    setWeight: Whole("The canary's weight."),
    pause: Type.Optional(pause),
    setCanaryScale: Type.Optional(setCanaryScale),
    setHeaderRoute: Type.Optional(setHeaderRoute),
    setMirrorRoute: Type.Optional(setMirrorRoute),
    analysis: Type.Optional(RolloutAnalysisSchema),
    experiment: Type.Optional(experiment),
    plugin: Type.Optional(plugin),
  },
  { description: 'One step: setWeight, pause, setCanaryScale, setHeaderRoute, setMirrorRoute, analysis, experiment or plugin.' },
);
export type RolloutStep = Static<typeof CanaryStepSchema>;

export const stepKinds = ['setWeight', 'pause', 'setCanaryScale', 'setHeaderRoute', 'setMirrorRoute', 'analysis', 'experiment', 'plugin'] as const;
export type StepKind = (typeof stepKinds)[number];
