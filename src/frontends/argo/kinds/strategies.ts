import { Type, type Static } from 'typebox';
import { IntOrString, StringEnum } from '../../../schema/typebox.js';
import { CanaryStepSchema } from './canary-steps.js';
import { Flag, PodMetadata, Text, Whole } from './fields.js';
import { BackgroundAnalysisSchema, RolloutAnalysisSchema } from './rollout-analysis.js';
import { TrafficRoutingSchema } from './traffic-routing.js';

const antiAffinity = Type.Object(
  {
    requiredDuringSchedulingIgnoredDuringExecution: Type.Optional(Type.Object({}, { description: 'New Pods never share a node with old ones.' })),
    preferredDuringSchedulingIgnoredDuringExecution: Type.Optional(Type.Object({ weight: Type.Integer({ format: 'int32', description: 'From 1 to 100.' }) }, { description: 'New Pods rather do not.' })),
  },
  { description: 'Keeps new Pods apart from old ones.' },
);
export type AntiAffinity = Static<typeof antiAffinity>;

const delays = {
  scaleDownDelaySeconds: Whole('How long old Pods stay after the switch.'),
  scaleDownDelayRevisionLimit: Whole('How many old ReplicaSets may stay that long.'),
  abortScaleDownDelaySeconds: Whole('How long the Pods of an aborted version stay; 0 keeps them.'),
};

export const BlueGreenSchema = Type.Object(
  {
    activeService: Type.String({ description: 'The Service that clients use.' }),
    previewService: Text('The Service that leads to the new version.'),
    previewReplicaCount: Whole('Pods of the new version before the switch.'),
    autoPromotionEnabled: Flag('Whether it switches by itself; true when absent.'),
    autoPromotionSeconds: Whole('After how many seconds it does.'),
    maxUnavailable: Type.Optional(IntOrString({ description: 'For restarts only.' })),
    ...delays,
    prePromotionAnalysis: Type.Optional(RolloutAnalysisSchema),
    postPromotionAnalysis: Type.Optional(RolloutAnalysisSchema),
    antiAffinity: Type.Optional(antiAffinity),
    previewMetadata: PodMetadata('Labels and annotations of Pods while they are previewed.'),
    activeMetadata: PodMetadata('Labels and annotations of Pods while they are active.'),
  },
  { description: 'A full second set, and one switch.' },
);
export type BlueGreenStrategy = Static<typeof BlueGreenSchema>;

export const CanarySchema = Type.Object(
  {
    canaryService: Text('The Service of the canary.'),
    stableService: Text('The Service of the stable version.'),
    steps: Type.Optional(Type.Array(CanaryStepSchema, { description: 'Done in this order.' })),
    trafficRouting: Type.Optional(TrafficRoutingSchema),
    maxSurge: Type.Optional(IntOrString({ description: 'Pods beyond the replicas; 25% when absent. Without trafficRouting.' })),
    maxUnavailable: Type.Optional(IntOrString({ description: 'Pods that may be missing; 25% when absent. Without trafficRouting.' })),
    analysis: Type.Optional(BackgroundAnalysisSchema),
    antiAffinity: Type.Optional(antiAffinity),
    canaryMetadata: PodMetadata('Labels and annotations of Pods while they are canary.'),
    stableMetadata: PodMetadata('Labels and annotations of Pods while they are stable.'),
    ...delays,
    dynamicStableScale: Flag('Whether stable shrinks as the canary grows.'),
    pingPong: Type.Optional(Type.Object({ pingService: Type.String(), pongService: Type.String() }, { description: 'Two Services that take turns in being stable.' })),
    minPodsPerReplicaSet: Whole('Pods that each version has at least while it has a weight.'),
    replicaProgressThreshold: Type.Optional(
      Type.Object({ type: StringEnum(['Percent', 'Pods'] as const), value: Type.Integer({ format: 'int32' }) }, { description: 'How many Pods must be available for a step to count as done.' }),
    ),
  },
  { description: 'A share that grows step by step.' },
);
export type CanaryStrategy = Static<typeof CanarySchema>;
