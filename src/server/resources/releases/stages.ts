import { describeStep } from '../../../engine/formatting.js';
import { stepOf } from '../../../model/plan.js';
import type { LogEntry, Release, ReleasePhase } from '../../../model/release.js';
import type { Stage, StageState } from '../../schemas/release-detail.js';
import type { WaitsFor } from '../../schemas/release-summary.js';
import { zhOf } from '../texts/sentences.js';

const begin = { en: 'begin', zh: '开始' };
const taken = { en: 'take the canary back', zh: '撤回金丝雀版本' };
/** Steps whose share a page draws. */
const SHARED = ['weight', 'batch', 'mirror'];

/**
 * The way that a release goes, from its beginning over the steps of its plan to its promotion; one that is taken back has a
 * last stage of its own. @param entries what happened, as far as it is known
 */
export function stagesOf({ spec, status, metadata }: Release, waitsFor: WaitsFor | null, entries: readonly LogEntry[]): Stage[] {
  const phase = status?.phase ?? 'Preparing';
  const present = status?.step.index ?? 0;
  const back = phase === 'Aborting' || phase === 'Aborted' || phase === 'LettingGo';
  const times = new Map(entries.flatMap(({ code, time, arguments: { step } }) => (code === 'StepStarted' && step !== undefined ? [[Number(step) - 1, time] as const] : [])));
  if (status && phase !== 'Preparing') times.set(present, status.step.startedAt);
  const backAt = entries.find(({ code }) => code === 'Aborting' || code === 'LettingGo')?.time;
  const waiting = (state: StageState): { waitsFor?: WaitsFor } => (state === 'now' && waitsFor ? { waitsFor } : {});
  const began = status?.startedAt ?? metadata.creationTimestamp;
  const first = stateOf(-1, phase, present, back);
  const steps = spec.plan.steps.map((planned, index): Stage => {
    const state = stateOf(index, phase, present, back);
    const reached = state === 'done' || state === 'now' || (back && index === present);
    const startedAt = reached ? times.get(index) : undefined;
    const endedAt = state === 'done' ? (times.get(index + 1) ?? (phase === 'Completed' && index === spec.plan.steps.length - 1 ? status?.endedAt : undefined)) : back && index === present ? backAt : undefined;
    const what = describeStep(stepOf(planned));
    return {
      index: index + 1, step: index + 1, kind: planned.kind, what, whatZh: zhOf(what), state,
      ...(SHARED.includes(planned.kind) && planned.share !== undefined ? { share: planned.share } : {}),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      ...waiting(state),
    };
  });
  const firstStep = times.get(0);
  return [
    { index: 0, kind: 'begin', what: begin.en, whatZh: begin.zh, state: first, ...(began === undefined ? {} : { startedAt: began }), ...(first === 'done' && firstStep !== undefined ? { endedAt: firstStep } : {}), ...waiting(first) },
    ...steps,
    ...(back ? [abortStage(steps.length + 1, phase, backAt, status?.endedAt, waitsFor)] : []),
  ];
}

function abortStage(index: number, phase: ReleasePhase, startedAt: string | undefined, endedAt: string | undefined, waitsFor: WaitsFor | null): Stage {
  const ended = phase === 'Aborted';
  return {
    index, kind: 'abort', what: taken.en, whatZh: taken.zh, state: ended ? 'done' : 'now',
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(ended && endedAt !== undefined ? { endedAt } : {}),
    ...(ended || !waitsFor ? {} : { waitsFor }),
  };
}

/** @param index of a step; -1: the beginning */
function stateOf(index: number, phase: ReleasePhase, present: number, back: boolean): StageState {
  if (phase === 'Completed') return 'done';
  if (phase === 'Preparing') return index === -1 ? 'now' : 'todo';
  if (back) return index < present ? 'done' : 'skipped';
  if (phase === 'HandingOver' || phase === 'Promoting') return index < present ? 'done' : 'now';
  return index < present ? 'done' : index === present ? 'now' : 'todo';
}
