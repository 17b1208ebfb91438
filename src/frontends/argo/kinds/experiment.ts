import { Type, type Static } from 'typebox';
import type { PodTemplateSpec } from '../../../kubernetes/generated/core-v1.js';
import type { ObjectMeta } from '../../../kubernetes/generated/meta-v1.js';
import { AnyObject, StringEnum } from '../../../schema/typebox.js';
import { Flag, LabelSelector, PodMetadata, Text, Time, Whole } from './fields.js';
import { TemplateArgumentSchema } from './metrics.js';
import { DryRuns, Retentions } from './rollout-analysis.js';
import { ArgoConditionSchema } from './rollout-status.js';
import { runPhases } from './analysis.js';

export const ExperimentSpecSchema = Type.Object(
  {
    templates: Type.Array(
      Type.Object({
        name: Type.String({ description: 'What it is called.' }),
        replicas: Whole('How many Pods; 1 when absent.'),
        minReadySeconds: Whole('How long a Pod must be ready to count as available.'),
        selector: LabelSelector,
        template: AnyObject<PodTemplateSpec>({ description: 'Its Pods.' }),
        service: Type.Optional(Type.Object({ name: Text('The Service; named after the ReplicaSet when absent.') })),
      }),
      { description: 'What runs side by side.' },
    ),
    duration: Text('How long, from when all are available; until it is ended when absent.'),
    progressDeadlineSeconds: Whole('How long Pods may take; 600 when absent.'),
    terminate: Flag('End it.'),
    analyses: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String({ description: 'What it is called.' }),
          templateName: Type.String({ description: 'The template of metrics.' }),
          clusterScope: Flag('Whether it is a ClusterAnalysisTemplate.'),
          args: Type.Optional(Type.Array(TemplateArgumentSchema)),
          requiredForCompletion: Flag('Whether the experiment ends with it.'),
        }),
        { description: 'What is measured.' },
      ),
    ),
    scaleDownDelaySeconds: Whole('How long Pods stay after the end; 30 when absent.'),
    dryRun: DryRuns,
    measurementRetention: Retentions,
    analysisRunMetadata: PodMetadata('Labels and annotations of its AnalysisRuns.'),
  },
  { description: 'Versions that run side by side to be measured.' },
);
export type ExperimentSpec = Static<typeof ExperimentSpecSchema>;

export const ExperimentStatusSchema = Type.Object({
  phase: Type.Optional(StringEnum(runPhases)),
  message: Text('Why.'),
  availableAt: Time('When all Pods were available.'),
  templateStatuses: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        replicas: Type.Integer({ format: 'int32' }),
        updatedReplicas: Type.Integer({ format: 'int32' }),
        readyReplicas: Type.Integer({ format: 'int32' }),
        availableReplicas: Type.Integer({ format: 'int32' }),
        collisionCount: Whole('How often a hash was taken.'),
        status: Text('Its phase.'),
        message: Text('Why.'),
        lastTransitionTime: Time('Since when.'),
        serviceName: Text('Its Service.'),
        podTemplateHash: Text('The hash of its Pods.'),
      }),
    ),
  ),
  analysisRuns: Type.Optional(Type.Array(Type.Object({ name: Type.String(), analysisRun: Type.String(), phase: Type.Optional(StringEnum(runPhases)), message: Text('Why.') }))),
  conditions: Type.Optional(Type.Array(ArgoConditionSchema)),
});
export type ExperimentStatus = Static<typeof ExperimentStatusSchema>;

export interface Experiment {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ExperimentSpec;
  status?: ExperimentStatus;
}
