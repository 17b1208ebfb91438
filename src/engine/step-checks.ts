import { formatDuration } from '../model/duration.js';
import { message } from '../model/messages.js';
import type { Step } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { checkAnalysis } from './analysis-check.js';
import type { Checked } from './checked.js';
import { askPeople } from './consent.js';
import type { Draft } from './draft.js';
import { ending } from './endings.js';
import { formatTime } from './formatting.js';
import type { Observation } from './observation.js';

/** Whether a step whose traffic and Pods stand is done. Being told to go on ends pauses and analyses and nothing else. */
export function checkStep(draft: Draft, release: Release, observation: Observation, step: Step): Checked {
  const toldToGoOn = (release.spec.advanceTo ?? 0) > draft.status.step.index;
  switch (step.kind) {
    case 'weight':
    case 'route':
    case 'mirror':
    case 'scale':
    case 'batch':
    case 'promote':
      return 'done';
    case 'pause':
      return toldToGoOn || pauseOver(draft, release, step.milliseconds) ? 'done' : 'waits';
    case 'analyze':
      return checkAnalysis(draft, release, observation, step);
    case 'job':
      return checkJob(draft, observation, step);
    case 'gate':
      return checkGate(draft, observation, step);
    case 'approve':
      return checkApproval(draft, release, observation, step);
  }
}

function pauseOver(draft: Draft, release: Release, milliseconds: number | undefined): boolean {
  if (milliseconds === undefined) {
    draft.wait(message('WaitsForPerson', { release: release.metadata.name }));
    return false;
  }
  const left = milliseconds - draft.inStep();
  if (left <= 0) return true;
  draft.wait(message('WaitsForPause', { until: formatTime(draft.now + left) }), draft.now + left);
  return false;
}

function checkJob(draft: Draft, { job }: Observation, step: Extract<Step, { kind: 'job' }>): Checked {
  draft.call();
  if (job?.state === 'succeeded') {
    draft.happen(message('JobSucceeded', { job: job.name }));
    return 'done';
  }
  if (job?.state === 'failed') return ending('JobFailed', { job: job.name, detail: job.detail });
  const left = step.milliseconds - draft.inStep();
  if (left <= 0) return ending('JobFailed', { job: job?.name ?? '', detail: `it was not done within ${formatDuration(step.milliseconds)}` });
  draft.wait(message('WaitsForJob', { job: job?.name ?? '', until: formatTime(draft.now + left) }), draft.now + left);
  return 'waits';
}

function checkGate(draft: Draft, { gate }: Observation, step: Extract<Step, { kind: 'gate' }>): Checked {
  draft.call();
  if (gate?.state === 'open') {
    draft.happen(message('GateOpened', { url: step.url }));
    return 'done';
  }
  if (gate?.state === 'refused') return ending('GateRefused', { url: step.url, detail: gate.detail });
  const left = step.milliseconds - draft.inStep();
  if (left <= 0) return ending('GateUnanswered', { url: step.url, limit: formatDuration(step.milliseconds), detail: gate?.detail ?? 'no answer' });
  draft.wait(message('WaitsForGate', { url: step.url, detail: gate?.detail ?? 'not asked yet', until: formatTime(draft.now + left) }), draft.now + left);
  return 'waits';
}

function checkApproval(draft: Draft, release: Release, observation: Observation, step: Extract<Step, { kind: 'approve' }>): Checked {
  const asked = askPeople(draft, release, observation, step, draft.status.step.index);
  if (asked.state === 'ended') return asked.ending;
  if (asked.state === 'given') {
    draft.happen(asked.how);
    return 'done';
  }
  draft.wait(asked.what, asked.until);
  return 'waits';
}
