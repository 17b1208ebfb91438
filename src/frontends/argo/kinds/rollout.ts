import { Type, type Static } from 'typebox';
import type { PodTemplateSpec } from '../../../kubernetes/generated/core-v1.js';
import type { ObjectMeta } from '../../../kubernetes/generated/meta-v1.js';
import { AnyObject } from '../../../schema/typebox.js';
import { Flag, LabelSelector, Text, Time, Whole } from './fields.js';
import type { RolloutStatus } from './rollout-status.js';
import { BlueGreenSchema, CanarySchema } from './strategies.js';

const workloadRef = Type.Object(
  {
    apiVersion: Text('apps/v1.'),
    kind: Text('Deployment, ReplicaSet or PodTemplate.'),
    name: Text('Whose Pod template is taken.'),
    scaleDown: Text('never, onsuccess or progressively.'),
  },
  { description: 'Take the Pod template from another object.' },
);

/** The spec of a Rollout, argoproj.io/v1alpha1. */
export const RolloutSpecSchema = Type.Object(
  {
    replicas: Whole('How many Pods; 1 when absent.'),
    selector: Type.Optional(LabelSelector),
    template: Type.Optional(AnyObject<PodTemplateSpec>({ description: 'The Pod template; a change of it is a new version.' })),
    workloadRef: Type.Optional(workloadRef),
    minReadySeconds: Whole('How long a Pod must be ready to count as available.'),
    revisionHistoryLimit: Whole('How many old ReplicaSets are kept; 10 when absent.'),
    rollbackWindow: Type.Optional(Type.Object({ revisions: Whole('How many revisions back a rollback skips all steps.') })),
    paused: Flag('Go no further.'),
    restartAt: Time('Pods older than this are replaced.'),
    progressDeadlineSeconds: Whole('How long it may make no progress; 600 when absent.'),
    progressDeadlineAbort: Flag('Whether it is aborted then.'),
    analysis: Type.Optional(Type.Object({ successfulRunHistoryLimit: Whole('5 when absent.'), unsuccessfulRunHistoryLimit: Whole('5 when absent.') }, { description: 'How many AnalysisRuns and Experiments are kept.' })),
    strategy: Type.Optional(Type.Object({ blueGreen: Type.Optional(BlueGreenSchema), canary: Type.Optional(CanarySchema) }, { description: 'blueGreen or canary.' })),
  },
  { description: 'A program, and how new versions of it go out.' },
);
export type RolloutSpec = Static<typeof RolloutSpecSchema>;

export interface Rollout {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: RolloutSpec;
  status?: RolloutStatus;
}
