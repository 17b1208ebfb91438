import type { Application } from '../../frontends/kubevela/application.js';
import type { WorkflowStepStatus } from '../../frontends/kubevela/status.js';
import { workflowSteps, type PlannedStep, type WorkflowMode } from '../../frontends/kubevela/workflow/planned-workflow.js';

/** The steps of a run that stay as they are when it begins anew at one of them, or why it cannot. */
export type KeptSteps = { readonly kept: readonly WorkflowStepStatus[] } | { readonly why: string };

/**
 * Takes a failed step and all that come after it out of a run, so that they are done again: one after the other those that
 * follow, otherwise those that depend on it.
 */
export function withoutFrom(app: Application, steps: readonly WorkflowStepStatus[], name: string): KeptSteps {
  const plan = workflowSteps(app);
  const group = plan.steps.find(({ subSteps }) => subSteps.some((step) => step.name === name));
  const outer = group?.name ?? name;
  const found = steps.find((step) => step.name === outer);
  const meant = group === undefined ? found : found?.subSteps?.find((step) => step.name === name);
  if (meant === undefined) {
    const failed = steps.flatMap((step) => [step, ...(step.subSteps ?? [])]).filter(({ phase }) => phase === 'failed').map((step) => step.name ?? step.id);
    return { why: `Application ${app.metadata.name} has no step ${name} that has begun. ${failed.length === 0 ? 'No step has failed.' : `Failed: ${failed.join(', ')}.`}` };
  }
  if (meant.phase !== 'failed') return { why: `step ${name} of Application ${app.metadata.name} has not failed (${meant.phase ?? 'pending'}); a run begins anew at a failed step, or as a whole: serin app restart ${app.metadata.name}.` };
  const after = later(plan.steps, plan.mode, outer);
  if (group === undefined) return { kept: steps.filter((step) => step.name !== name && !after.has(step.name ?? '')) };
  const within = later(group.subSteps, group.subMode, name);
  const kept = steps.filter((step) => !after.has(step.name ?? ''));
  return {
    kept: kept.map((step) => {
      if (step.name !== outer) return step;
      const { reason: _reason, message: _message, ...rest } = step;
      return { ...rest, phase: 'running', subSteps: (step.subSteps ?? []).filter((each) => each.name !== name && !within.has(each.name ?? '')) };
    }),
  };
}

/** The names of what comes after a step. */
function later(steps: readonly PlannedStep[], mode: WorkflowMode, name: string): ReadonlySet<string> {
  if (mode === 'StepByStep') return new Set(steps.slice(steps.findIndex((step) => step.name === name) + 1).map((step) => step.name));
  const found = new Set<string>();
  const add = (of: string): void => {
    for (const step of steps) {
      if (!step.dependsOn.includes(of) || found.has(step.name)) continue;
      found.add(step.name);
      add(step.name);
    }
  };
  add(name);
  return found;
}
