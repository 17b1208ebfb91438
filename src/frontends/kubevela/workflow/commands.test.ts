import { describe, expect, it } from 'vitest';
import { simple } from '../testing/manifests.js';
import type { StepStatus, WorkflowStatus } from '../status.js';
import { takeUp } from './commands.js';
import { plannedWorkflow } from './planned-workflow.js';

const plan = plannedWorkflow(simple(['web'], [{ name: 'first', type: 'webhook' }, { name: 'wait', type: 'suspend' }, { name: 'both', type: 'step-group', subSteps: [{ name: 'x', type: 'suspend' }, { name: 'y', type: 'suspend' }] }]));
const step = (name: string, phase: StepStatus['phase'], type = 'suspend'): StepStatus => ({ id: name, name, type, ...(phase ? { phase } : {}), firstExecuteTime: '2026-01-01T12:00:00Z' });
const told = (workflow: WorkflowStatus) => {
  const { workflow: { steps = [] }, told: what } = takeUp(workflow, plan, 0);
  return { what, phases: steps.flatMap((each) => [each, ...(each.subSteps ?? [])]).map(({ name, phase, reason }) => [name, phase, reason].filter((part) => part !== undefined).join(' ')) };
};

describe('what people write into the record of a run', () => {
  it('goes on when suspend is false, which is all that an older tool writes', () => {
    expect(told({ suspend: false, steps: [step('first', 'succeeded', 'webhook'), step('wait', 'suspending')] })).toEqual({ what: 'resume', phases: ['first succeeded', 'wait running'] });
  });

  it('goes on with the step alone that a newer tool has marked', () => {
    const steps = [{ ...step('both', 'suspending', 'step-group'), subSteps: [step('x', 'running'), step('y', 'suspending')] }];
    expect(told({ suspend: false, steps })).toEqual({ what: 'resume', phases: ['both suspending', 'x running', 'y suspending'] });
  });

  it('suspends what runs when suspend is true, whether or not the steps are marked', () => {
    expect(told({ suspend: true, steps: [step('first', 'running', 'webhook')] })).toEqual({ what: 'suspend', phases: ['first suspending Suspend'] });
    expect(told({ suspend: true, steps: [step('first', 'suspending', 'webhook')] })).toEqual({ what: undefined, phases: ['first suspending Suspend'] });
  });

  it('ends what runs when terminated is true', () => {
    expect(told({ terminated: true, steps: [step('first', 'succeeded', 'webhook'), step('wait', 'suspending')] })).toEqual({ what: 'terminate', phases: ['first succeeded', 'wait failed Terminate'] });
    // Between two steps.
    expect(told({ terminated: true, steps: [step('first', 'succeeded', 'webhook')] }).phases).toEqual(['first succeeded', 'wait failed Terminate']);
    // Steps that a newer tool has marked.
    expect(told({ terminated: true, steps: [{ ...step('wait', 'failed'), reason: 'Terminate' }] })).toEqual({ what: undefined, phases: ['wait failed Terminate'] });
  });

  it('means nothing for a run that is over', () => {
    for (const change of [{ suspend: true }, { terminated: true }, { suspend: false }]) {
      expect(told({ finished: true, steps: [step('first', 'succeeded', 'webhook')], ...change })).toEqual({ what: undefined, phases: ['first succeeded'] });
    }
  });
});
