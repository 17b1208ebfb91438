import { timestamp } from '../../../kubernetes/conditions.js';
import type { Application } from '../application.js';
import { PUBLISH_VERSION } from '../labels.js';
import type { RevisionRecord } from '../revisions.js';
import type { WorkflowStatus } from '../status.js';
import { durationOf, timeOf } from './durations.js';
import type { PlannedWorkflow } from './planned-workflow.js';

/** On an Application: `true`, a time, or an interval at which its workflow begins anew. */
export const RESTART_ANNOTATION = 'app.oam.dev/restart-workflow';

/** Names the run that an Application asks for: what the user calls it, else its revision and the hash of its spec. */
export function runName({ metadata }: Application, { name, hash }: Pick<RevisionRecord, 'name' | 'hash'>): string {
  const version = metadata.annotations?.[PUBLISH_VERSION];
  return version !== undefined && version !== '' ? version : `${name}:${hash}`;
}

/** The run that goes on, or the one that begins. */
export interface PresentRun {
  readonly workflow: WorkflowStatus;
  readonly begins: boolean;
  /** The run before it, where it was not over. */
  readonly ended: WorkflowStatus | undefined;
  /** When it begins anew by itself; milliseconds since the epoch. */
  readonly restartsAt: number | undefined;
}

/**
 * The present run of a workflow. Another spec, or another publish version, ends the one before where it stands and begins a new
 * one; so does whoever removes the record of it, which is what `vela workflow restart` does.
 */
export function presentRun(app: Application, name: string, plan: PlannedWorkflow, now: number): PresentRun {
  const before = app.status?.workflow;
  const wanted = app.metadata.annotations?.[RESTART_ANNOTATION];
  const restart = before === undefined || before.appRevision !== name ? undefined : restartOf(wanted, before, now);
  if (before !== undefined && before.appRevision === name && restart?.due !== true) {
    const { restartedFor, ...rest } = before;
    const workflow = wanted !== undefined && restartedFor === wanted ? before : rest;
    return { workflow, begins: false, ended: undefined, restartsAt: restart?.at };
  }
  const workflow: WorkflowStatus = {
    appRevision: name,
    mode: `${plan.mode}-${plan.subMode}`,
    status: 'executing',
    suspend: false,
    terminated: false,
    finished: false,
    startTime: timestamp(now),
    ...(wanted === 'true' ? { restartedFor: wanted } : {}),
    steps: [],
  };
  return { workflow, begins: true, ended: before !== undefined && before.finished !== true ? before : undefined, restartsAt: undefined };
}

/** Whether the annotation asks for a new run now, or when it will. `true` asks once. */
function restartOf(wanted: string | undefined, before: WorkflowStatus, now: number): { readonly due: boolean; readonly at?: number } | undefined {
  if (wanted === undefined || wanted === '') return undefined;
  if (wanted === 'true') return { due: before.restartedFor !== wanted };
  const interval = durationOf(wanted);
  const began = timeOf(before.startTime) ?? 0;
  if (interval !== undefined) {
    // Counted from the end, so that a run is never cut short by its successor.
    const over = before.finished === true ? timeOf(before.endTime) : undefined;
    return over === undefined ? undefined : { due: now >= over + interval, at: over + interval };
  }
  const at = timeOf(wanted);
  return at === undefined || began >= at ? undefined : { due: now >= at, at };
}
