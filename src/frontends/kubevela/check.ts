import { dns1123SubdomainProblems, labelValueProblems } from '../../kubernetes/names.js';
import { ApplicationSpecSchema, OAM_API_VERSION, type Application } from './application.js';
import { betweenComponents, componentProblems } from './checks/components.js';
import { readableApplication } from './checks/readable.js';
import { knownRevisions, type ClusterRevisions } from './checks/known-revisions.js';
import { rolloutProblems } from './checks/rollouts.js';
import { workflowProblems } from './checks/workflow.js';
import type { ApplicationProblem } from './problem.js';
import { propertySchema } from './properties/property-schema.js';

const specSchema = propertySchema(ApplicationSpecSchema);

/**
 * All that keeps an Application from being run, each with its place and what to do; empty for one that can be rendered. It
 * needs nothing of the cluster, so that `lint`, `apply` and the controller say the same.
 */
export function checkApplication(app: Application, known: ClusterRevisions): ApplicationProblem[] {
  const misfits = specSchema.misfits(app.spec, ['spec']);
  // What of it is no spec is among the misfits.
  const plain: Application = { ...app, spec: specSchema.filled(app.spec) as Application['spec'] };
  const shape = [...headProblems(app), ...specSchema.unknowns(app.spec, ['spec']), ...misfits];
  const readable = readableApplication(plain, misfits);
  if (readable === undefined) return shape;
  const { broken } = readable;
  const components = componentProblems(readable.app, broken);
  const workflow = workflowProblems(readable.app, broken);
  return [
    ...shape,
    ...components.problems,
    ...betweenComponents(readable.app, components.sound),
    ...policyProblems(readable.app),
    ...workflow.problems,
    ...rolloutProblems(readable.app, components.sound, knownRevisions(readable.app, components.sound, known), workflow.steps),
  ];
}

function headProblems({ apiVersion, metadata: { name = '' } }: Application): ApplicationProblem[] {
  const version = apiVersion === OAM_API_VERSION ? [] : [{ path: ['apiVersion'], problem: `Applications of the version ${apiVersion} are not read.`, remedy: `Write ${OAM_API_VERSION}.` }];
  // The name is a label of everything that belongs to the Application.
  const wrong = [...new Set([...dns1123SubdomainProblems(name), ...labelValueProblems(name)])];
  return [...version, ...wrong.slice(0, 1).map((text) => ({ path: ['metadata', 'name'], problem: `${text}.`, remedy: 'Use at most 63 small letters, digits and dashes.' }))];
}

/** What people use policies for that Serin does otherwise. */
const INSTEAD: Readonly<Record<string, string>> = {
  topology: 'Everything is made in the namespace of the Application, on the cluster that it is on.',
  override: 'Write what you want into the components.',
  'garbage-collect': 'What belongs to an Application goes with it.',
  'apply-once': 'Objects are kept as the Application says.',
};

function policyProblems({ spec: { policies = [] } }: Application): ApplicationProblem[] {
  return policies.map(({ type }, index) => ({ path: ['spec', 'policies', index, 'type'], problem: `there are no policies here, and none of the type "${type}".`, remedy: `${INSTEAD[type] ?? ''} Remove it.`.trim() }));
}
