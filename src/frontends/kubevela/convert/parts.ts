import { componentTypes, isStepType, isTraitType } from '../properties/read.js';
import type { Application, Component, WorkflowStep } from '../application.js';
import type { ConversionNote } from '../../conversion/notes.js';
import type { ApplicationProblem } from '../problem.js';

/** The parts of an Application that can be turned into policies, and what is left out. */
export interface ConvertibleParts {
  readonly app: Application;
  readonly notes: readonly ConversionNote[];
  readonly problems: readonly ApplicationProblem[];
}

/** Fields that are known but mean nothing to a policy. */
const FIELDS: readonly unknown[] = ['inputs', 'outputs', 'externalRevision', 'scopes', 'replicaKey', 'ref', 'email'];

/**
 * Leaves out what Serin has no equal of: types that it does not know, and fields that mean nothing to a policy. The rest of
 * the problems stay problems.
 */
export function convertibleParts(app: Application, found: readonly ApplicationProblem[]): ConvertibleParts {
  const isMissing = ({ path }: ApplicationProblem): boolean => (path.at(-1) === 'type' && path.length > 2) || FIELDS.includes(path.at(-1));
  const missing = found.filter(isMissing);
  const problems = found.filter((problem) => !isMissing(problem));
  const notes = missing.map(({ path, problem, remedy }) => ({ path: path.at(-1) === 'type' ? path.slice(0, -1) : path, note: [capital(problem), remedy].filter((text) => text !== '').join(' ') }));
  return problems.length > 0 ? { app, notes, problems } : { app: { ...app, spec: without(app.spec) }, notes, problems };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Components keep their places, so that paths stay right. */
function without({ components, workflow }: Application['spec']): Application['spec'] {
  return {
    components: components.map(knownComponent),
    ...(workflow?.steps === undefined ? {} : { workflow: { ...(workflow.mode === undefined ? {} : { mode: workflow.mode }), steps: workflow.steps.map(knownStep) } }),
  };
}

function knownComponent({ name, type, properties, traits = [] }: Component): Component {
  const known = componentTypes.some((each) => each === type);
  return { name, type: 'webservice', properties: known ? properties ?? {} : { image: 'unknown' }, traits: traits.map((trait) => (isTraitType(trait.type) ? trait : { type: trait.type })) };
}

/** A step of an unknown type does nothing. */
const knownStep = (step: WorkflowStep): WorkflowStep => (isStepType(step.type) ? step : { name: step.name, type: 'step-group' });
