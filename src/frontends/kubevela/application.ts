import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../../kubernetes/generated/meta-v1.js';
import type { Resource } from '../../kubernetes/objects.js';
import { AnyObject, StringEnum } from '../../schema/typebox.js';
import type { ApplicationStatus } from './status.js';

const Text = (description: string) => Type.String({ description });
const OptionalText = (description: string) => Type.Optional(Text(description));
const Names = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));
const Properties = Type.Optional(AnyObject({ description: 'What its type asks for.' }));

const InputSchema = Type.Object({
  from: Text('The output of another one that it takes.'),
  parameterKey: OptionalText('Where in the properties the value goes.'),
});
const OutputSchema = Type.Object({
  name: Text('What others call it.'),
  valueFrom: Text('Where the value comes from.'),
});
const inputs = Type.Optional(Type.Array(InputSchema, { description: 'Values of others that it takes.' }));
const outputs = Type.Optional(Type.Array(OutputSchema, { description: 'Values that others may take.' }));

const TraitSchema = Type.Object({ type: Text('What is added to the component.'), properties: Properties });

const ComponentSchema = Type.Object({
  name: Text('What the component is called; unique in the Application.'),
  type: Text('What the component is.'),
  properties: Properties,
  traits: Type.Optional(Type.Array(TraitSchema, { description: 'What is added to it.' })),
  dependsOn: Names('Components that must be healthy before it.'),
  inputs, outputs,
  externalRevision: OptionalText('A revision named by the user; not supported.'),
  scopes: Type.Optional(AnyObject({ description: 'Not supported.' })),
  replicaKey: OptionalText('Not supported.'),
});

const PolicySchema = Type.Object({
  name: OptionalText('What the policy is called.'),
  type: Text('What the policy is.'),
  properties: Properties,
});

const WORKFLOW_MODES = ['StepByStep', 'DAG'] as const;
const Mode = (description: string) => Type.Optional(StringEnum(WORKFLOW_MODES, { description }));

const stepFields = {
  name: Text('What the step is called; unique in the workflow.'),
  type: Text('What the step does.'),
  properties: Properties,
  if: OptionalText('Whether the step is run: always, or an expression. When all before it have succeeded, when absent.'),
  timeout: OptionalText('How long it may take, as in 5m.'),
  dependsOn: Names('Steps that must be over before it.'),
  inputs, outputs,
  meta: Type.Optional(Type.Object({ alias: OptionalText('What people call the step.') })),
};

const SubStepSchema = Type.Object(stepFields);

const StepSchema = Type.Object({
  ...stepFields,
  mode: Mode('How its sub-steps follow one another.'),
  subSteps: Type.Optional(Type.Array(SubStepSchema, { description: 'The steps of a group.' })),
});

const WorkflowSchema = Type.Object({
  ref: OptionalText('A Workflow object; not supported.'),
  mode: Type.Optional(Type.Object({ steps: Mode('StepByStep when absent.'), subSteps: Mode('DAG when absent.') })),
  steps: Type.Optional(Type.Array(StepSchema, { description: 'Done in this order.' })),
});

/** The spec of a core.oam.dev/v1beta1 Application. What Serin does not support is named too, so that it is refused and not dropped. */
export const ApplicationSpecSchema = Type.Object({
  components: Type.Array(ComponentSchema, { description: 'What the Application consists of.' }),
  policies: Type.Optional(Type.Array(PolicySchema, { description: 'Not supported.' })),
  workflow: Type.Optional(WorkflowSchema),
});

export type ApplicationSpec = Static<typeof ApplicationSpecSchema>;
export type Component = Static<typeof ComponentSchema>;
export type Trait = Static<typeof TraitSchema>;
export type ApplicationPolicy = Static<typeof PolicySchema>;
export type Workflow = Static<typeof WorkflowSchema>;
/** A step of the workflow; one of a group has no `mode` and no `subSteps`. */
export type WorkflowStep = Static<typeof StepSchema>;
export type WorkflowMode = (typeof WORKFLOW_MODES)[number];

/** The unit that users write: components, what is added to them, and how a new version of them goes out. */
export interface Application {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ApplicationSpec;
  status?: ApplicationStatus;
}

export const OAM_GROUP = 'core.oam.dev';
export const OAM_VERSION = 'v1beta1';
export const OAM_API_VERSION = `${OAM_GROUP}/${OAM_VERSION}`;

/** One Application as it was at some time. */
export interface ApplicationRevision {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: { application?: { apiVersion?: string; kind?: string; metadata?: ObjectMeta; spec?: ApplicationSpec } };
  status?: Record<string, unknown>;
}

/** The kinds of KubeVela that Serin serves or keeps. */
export const oamResources = {
  applications: { group: OAM_GROUP, version: OAM_VERSION, kind: 'Application', plural: 'applications', namespaced: true } satisfies Resource as Resource<Application>,
  applicationRevisions: { group: OAM_GROUP, version: OAM_VERSION, kind: 'ApplicationRevision', plural: 'applicationrevisions', namespaced: true } satisfies Resource as Resource<ApplicationRevision>,
} as const;

/** Whether a component has a trait of this type. */
export const traitOf = (component: Component, type: string): Trait | undefined => component.traits?.find((trait) => trait.type === type);
