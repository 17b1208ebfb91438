import { Type, type Static, type TUnsafe } from 'typebox';
import { AnyObject, StringEnum } from '../../schema/typebox.js';

/** Phases of a step; `stopped` is only ever read. */
export const stepPhases = ['pending', 'running', 'suspending', 'succeeded', 'failed', 'skipped', 'stopped'] as const;
export type StepPhase = (typeof stepPhases)[number];

/**
 * Why a step is in its phase. `Resume`: it goes on after a suspension and what was held for it has not moved yet; the rest is
 * KubeVela's.
 */
export const stepReasons = ['Wait', 'Skip', 'Execute', 'Suspend', 'Resume', 'Terminate', 'FailedAfterRetries', 'Timeout', 'Action', 'ProcessParameter'] as const;
export type StepReason = (typeof stepReasons)[number];

/** Phases of a run of a workflow. */
export const runPhases = ['initializing', 'executing', 'suspending', 'terminated', 'failed', 'succeeded', 'skipped'] as const;
export type RunPhase = (typeof runPhases)[number];

/** Phases of an Application. */
export const applicationPhases = [
  'starting', 'rendering', 'generatingPolicy', 'runningWorkflow', 'workflowSuspending', 'workflowTerminated', 'workflowFailed', 'running', 'unhealthy', 'deleting',
] as const;
export type ApplicationPhase = (typeof applicationPhases)[number];

/** Go writes a time that is not set as null. */
const Time = (description: string): TUnsafe<string | null> => Type.Unsafe<string | null>({ type: 'string', format: 'date-time', nullable: true, description });

const stepFields = {
  id: Type.String({ description: 'Names this step of this run; calls that it makes carry it.' }),
  name: Type.Optional(Type.String({ description: 'As in the workflow.' })),
  type: Type.Optional(Type.String({ description: 'What kind of step it is.' })),
  phase: Type.Optional(StringEnum(stepPhases, { description: 'How far it is.' })),
  reason: Type.Optional(Type.String({ description: 'Why, in one word.' })),
  message: Type.Optional(Type.String({ description: 'Why, in a sentence.' })),
  firstExecuteTime: Type.Optional(Time('When it began.')),
  lastExecuteTime: Type.Optional(Time('When its phase was last written.')),
  attempts: Type.Optional(Type.Integer({ description: 'How often it was tried, where it can be tried again.' })),
};

export const StepStatusSchema = Type.Object(stepFields, { description: 'One step of a run.' });
/** One step of a run as it stands in the status, without its sub-steps. */
export type StepStatus = Static<typeof StepStatusSchema>;

export const WorkflowStepStatusSchema = Type.Object(
  { ...stepFields, subSteps: Type.Optional(Type.Array(StepStatusSchema, { description: 'The steps of a group.' })) },
  { description: 'One step of a run.' },
);
/** One step of a run; a group has its sub-steps. */
export type WorkflowStepStatus = Static<typeof WorkflowStepStatusSchema>;

export const WorkflowStatusSchema = Type.Object(
  {
    appRevision: Type.Optional(Type.String({ description: 'Which run it is: the publish version, or revision and hash of the spec.' })),
    mode: Type.Optional(Type.String({ description: 'How steps and sub-steps follow each other, such as StepByStep-DAG.' })),
    status: Type.Optional(StringEnum(runPhases, { description: 'How far the run is.' })),
    message: Type.Optional(Type.String({ description: 'What it does or waits for.' })),
    suspend: Type.Optional(Type.Boolean({ description: 'Whether it is suspended. Command: false goes on, true suspends.' })),
    suspendState: Type.Optional(Type.String({ description: 'Kept as it is.' })),
    terminated: Type.Optional(Type.Boolean({ description: 'Whether it was ended before its end. Command: true ends it.' })),
    finished: Type.Optional(Type.Boolean({ description: 'Whether nothing of it moves any more.' })),
    startTime: Type.Optional(Time('When the run began.')),
    endTime: Type.Optional(Time('When it ended.')),
    restartedFor: Type.Optional(Type.String({ description: 'The value of the restart annotation that this run was begun for.' })),
    contextBackend: Type.Optional(AnyObject({ description: 'Kept as it is.' })),
    steps: Type.Optional(Type.Array(WorkflowStepStatusSchema, { description: 'The steps that have begun, in their order.' })),
  },
  { description: 'The present run of the workflow, or the last one. Removed: the run begins anew.' },
);
export type WorkflowStatus = Static<typeof WorkflowStatusSchema>;

const Workload = Type.Object({ apiVersion: Type.String(), kind: Type.String() }, { description: 'What runs it.' });

const ServiceSchema = Type.Object(
  {
    name: Type.String({ description: 'The component.' }),
    namespace: Type.Optional(Type.String()),
    cluster: Type.Optional(Type.String()),
    env: Type.Optional(Type.String()),
    workloadDefinition: Type.Optional(Workload),
    healthy: Type.Boolean({ description: 'Whether what was asked for runs.' }),
    message: Type.Optional(Type.String({ description: 'How many Pods are ready, or what is missing.' })),
    traits: Type.Optional(Type.Array(Type.Object({ type: Type.String(), healthy: Type.Boolean(), message: Type.Optional(Type.String()) }), { description: 'Its traits.' })),
  },
  { description: 'How one component is.' },
);
export type ServiceStatus = Static<typeof ServiceSchema>;

const AppliedResourceSchema = Type.Object(
  {
    apiVersion: Type.Optional(Type.String()),
    kind: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    namespace: Type.Optional(Type.String()),
    cluster: Type.Optional(Type.String()),
    creator: Type.Optional(Type.String({ description: 'What asked for it: workflow.' })),
    deleted: Type.Optional(Type.Boolean({ description: 'It is asked for no more and is being removed.' })),
  },
  { description: 'One object that the workflow put on the cluster.' },
);
export type AppliedResource = Static<typeof AppliedResourceSchema>;

const ApplicationConditionSchema = Type.Object({
  type: Type.String(),
  status: StringEnum(['True', 'False', 'Unknown'] as const),
  reason: Type.String(),
  lastTransitionTime: Type.String({ format: 'date-time' }),
  message: Type.Optional(Type.String()),
});
export type ApplicationCondition = Static<typeof ApplicationConditionSchema>;

/** The status of an Application in the shape that KubeVela's tools read. */
export const ApplicationStatusSchema = Type.Object(
  {
    observedGeneration: Type.Optional(Type.Integer()),
    status: Type.Optional(Type.String({ description: 'What the Application does now.' })),
    conditions: Type.Optional(Type.Array(ApplicationConditionSchema, { description: 'What kubectl wait may wait for.' })),
    latestRevision: Type.Optional(
      Type.Object({ name: Type.String(), revision: Type.Integer(), revisionHash: Type.Optional(Type.String()) }, { description: 'The ApplicationRevision of the present spec.' }),
    ),
    components: Type.Optional(Type.Array(AnyObject({}), { description: 'Kept as it is.' })),
    services: Type.Optional(Type.Array(ServiceSchema, { description: 'How each component is.' })),
    appliedResources: Type.Optional(Type.Array(AppliedResourceSchema, { description: 'What the workflow put on the cluster.' })),
    workflow: Type.Optional(WorkflowStatusSchema),
    policy: Type.Optional(Type.Array(AnyObject({}), { description: 'Kept as it is.' })),
  },
  { description: 'What runs.', 'x-kubernetes-preserve-unknown-fields': true },
);
export type ApplicationStatus = Static<typeof ApplicationStatusSchema>;
