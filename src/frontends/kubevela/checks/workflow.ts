import type { Application } from '../application.js';
import { stepsOf, type PlacedStep } from '../rollout-steps.js';
import type { ApplicationProblem } from '../problem.js';
import { duplicates, inCircle, listed, type Path } from './context.js';
import { stepProblems } from './steps.js';

/** What is wrong with a workflow, but for what its rollouts are together; and the steps that can be read. @param broken whether the schema refuses something at or below a path */
export function workflowProblems(app: Application, broken: (path: Path) => boolean): { readonly problems: ApplicationProblem[]; readonly steps: PlacedStep[] } {
  const { workflow } = app.spec;
  if (workflow === undefined) return { problems: [], steps: [] };
  const steps = stepsOf(app).filter(({ path }) => !broken(path.slice(0, 4)));
  return {
    steps,
    problems: [
      ...(workflow.ref === undefined ? [] : [{ path: ['spec', 'workflow', 'ref'], problem: 'a Workflow object is not read here.', remedy: 'Write its steps here.' }]),
      ...steps.flatMap((each) => stepProblems(app, each)),
      ...duplicates(steps, ({ step }) => step.name, ({ path }) => [...path, 'name'], 'step'),
      ...orderProblems(steps),
    ],
  };
}

/** A step waits for steps beside it: those of its group, or those outside groups. */
function orderProblems(steps: readonly PlacedStep[]): ApplicationProblem[] {
  return steps.flatMap(({ step, path, group }) => {
    const beside = steps.filter((each) => each.group === group).map((each) => each.step);
    const names = beside.map(({ name }) => name);
    const circle = inCircle(names, (name) => beside.find((each) => each.name === name)?.dependsOn ?? []);
    return (step.dependsOn ?? []).flatMap((other, index): ApplicationProblem[] => {
      const at = [...path, 'dependsOn', index];
      if (!names.includes(other)) return [{ path: at, problem: `there is no step "${other}" ${group ? `in the group ${group.name}` : 'beside it'}.`, remedy: `There ${names.length === 1 ? 'is' : 'are'} ${listed(names)}.` }];
      return circle.includes(step.name) && circle.includes(other) ? [{ path: at, problem: `${step.name} and ${other} wait for each other.`, remedy: 'Remove one of the ways.' }] : [];
    });
  });
}
