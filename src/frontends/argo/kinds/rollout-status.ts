import { Type, type Static } from 'typebox';
import { AnyObject, StringEnum } from '../../../schema/typebox.js';
import { Flag, Text, Time, Whole } from './fields.js';

export const rolloutPhases = ['Healthy', 'Degraded', 'Progressing', 'Paused'] as const;
export const pauseReasons = ['CanaryPauseStep', 'BlueGreenPause', 'InconclusiveAnalysisRun', 'InconclusiveExperiment'] as const;
export const completionStatuses = ['Promoted', 'FastPromoted', 'Aborted', 'Superseded', 'RolledBack', 'FastRolledBack'] as const;

const runStatus = Type.Optional(Type.Object({ name: Type.String(), status: Type.String(), message: Text('Why.') }, { description: 'An AnalysisRun.' }));
const destination = Type.Object({ weight: Type.Integer({ format: 'int32' }), serviceName: Text('Its Service.'), podTemplateHash: Text('The hash of its Pods.') });

const canary = Type.Object({
  currentStepAnalysisRunStatus: runStatus,
  currentBackgroundAnalysisRunStatus: runStatus,
  currentExperiment: Text('The Experiment that runs.'),
  weights: Type.Optional(
    Type.Object({
      canary: destination,
      stable: destination,
      additional: Type.Optional(Type.Array(destination)),
      verified: Flag('Whether the routing product says that it has the weights.'),
    }),
  ),
  stablePingPong: Text('ping or pong.'),
  stepPluginStatuses: Type.Optional(Type.Array(AnyObject())),
});

const blueGreen = Type.Object({
  previewSelector: Text('The hash that the preview Service leads to.'),
  activeSelector: Text('The hash that the active Service leads to.'),
  scaleUpPreviewCheckPoint: Flag('Whether the preview has been let through to its full size.'),
  prePromotionAnalysisRunStatus: runStatus,
  postPromotionAnalysisRunStatus: runStatus,
});

const duration = Type.Object({
  rolloutStartedAt: Time('When the update began.'),
  manualPauseStartedAt: Time('Since when it waits for a person.'),
  totalManualPauseDurationSeconds: Type.Optional(Type.Integer({ format: 'int64' })),
  finishedAt: Time('When it ended.'),
  completionStatus: Type.Optional(StringEnum(completionStatuses)),
});

/** A condition of Argo's: with the time of its last change beside that of its last transition. */
export const ArgoConditionSchema = Type.Object({
  type: Type.String(),
  status: Type.String(),
  lastUpdateTime: Time('When it was last written.'),
  lastTransitionTime: Time('When its status last changed.'),
  reason: Text('Why, in one word.'),
  message: Text('Why, in a sentence.'),
});

/** The status of a Rollout. Users' tools write abort, pauseConditions, promoteFull and currentStepIndex as commands. */
export const RolloutStatusSchema = Type.Object({
  abort: Flag('Aborted.'),
  abortedAt: Time('When.'),
  pauseConditions: Type.Optional(Type.Array(Type.Object({ reason: Type.String(), startTime: Type.String({ format: 'date-time' }) }), { description: 'Why it waits.' })),
  controllerPause: Flag('Whether the controller paused it.'),
  promoteFull: Flag('Whether all steps are skipped.'),
  currentPodHash: Text('The hash of the newest version.'),
  currentStepHash: Text('The hash of the steps.'),
  currentStepIndex: Whole('The step that it is at, from 0.'),
  stableRS: Text('The hash of the stable version.'),
  collisionCount: Whole('How often a hash was taken.'),
  observedGeneration: Text('The generation that this speaks of.'),
  replicas: Whole('Pods.'),
  updatedReplicas: Whole('Pods of the newest version.'),
  readyReplicas: Whole('Pods that are ready.'),
  availableReplicas: Whole('Pods that are available.'),
  HPAReplicas: Whole('Pods that an autoscaler counts.'),
  selector: Text('Which Pods an autoscaler counts.'),
  conditions: Type.Optional(Type.Array(ArgoConditionSchema)),
  phase: Type.Optional(StringEnum(rolloutPhases)),
  message: Text('Why.'),
  restartedAt: Time('The last restart that was done.'),
  workloadObservedGeneration: Text('The generation of the object that workloadRef names.'),
  canary: Type.Optional(canary),
  blueGreen: Type.Optional(blueGreen),
  duration: Type.Optional(duration),
  alb: Type.Optional(AnyObject()),
  albs: Type.Optional(Type.Array(AnyObject())),
});
export type RolloutStatus = Static<typeof RolloutStatusSchema>;
