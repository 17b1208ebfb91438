import type { Application, Component, Workflow, WorkflowStep } from '../application.js';
import type { ApplicationProblem } from '../problem.js';
import type { Path } from './context.js';

/** An Application that may be looked through, although parts of it are not what they should be. */
export interface Readable {
  readonly app: Application;
  /** Whether a part was put in place of one that cannot be read. */
  readonly broken: (path: Path) => boolean;
}

/**
 * A copy in which every component and step that is not of the right shape is an empty one, so that the rest can be checked
 * at its places. Undefined when not even a list of components is there.
 * @param misfits what the schema of the spec refuses, unknown fields aside
 */
export function readableApplication(app: Application, misfits: readonly ApplicationProblem[]): Readable | undefined {
  const broken = (path: Path): boolean => misfits.some((problem) => leadsTo(path, problem.path) || leadsTo(problem.path, path));
  const lists = ['components', 'policies'].every((field) => !misfits.some(({ path }) => path.length <= 2 && path.includes(field)));
  if (!lists || misfits.some(({ path }) => path.length <= 1)) return undefined;
  const { components, workflow } = app.spec;
  const isWorkflow = !misfits.some(({ path }) => path.length === 2 && path[1] === 'workflow');
  const { workflow: _, ...spec } = app.spec;
  return {
    broken,
    app: {
      ...app,
      spec: {
        ...spec,
        components: components.map((each, index) => (broken(['spec', 'components', index]) ? emptyComponent(each, index) : each)),
        ...(workflow && isWorkflow ? { workflow: readableWorkflow(workflow, broken) } : {}),
      },
    },
  };
}

function readableWorkflow(workflow: Workflow, broken: Readable['broken']): Workflow {
  const steps = Array.isArray(workflow.steps) ? workflow.steps : [];
  return { steps: steps.map((each, index) => (broken(['spec', 'workflow', 'steps', index]) ? emptyStep(each, index) : each)), ...(workflow.ref === undefined ? {} : { ref: workflow.ref }) };
}

/** Whether one path leads to another or is it. */
const leadsTo = (above: Path, below: Path): boolean => above.length <= below.length && above.every((part, index) => part === below[index]);

/** The name stays where there is one, so that nobody is told that it is missing. No name has a #. */
const nameOf = (value: unknown, index: number): string => {
  const name: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'name') : undefined;
  return typeof name === 'string' ? name : `#${index}`;
};
const emptyComponent = (value: unknown, index: number): Component => ({ name: nameOf(value, index), type: 'webservice' });
const emptyStep = (value: unknown, index: number): WorkflowStep => ({ name: nameOf(value, index), type: 'step-group' });
