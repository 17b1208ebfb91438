import { consentWanted } from '../engine/analysis-steps.js';
import { describeStep } from '../engine/formatting.js';
import { stepOf, type StepKind } from '../model/plan.js';
import { hasEnded, type Release, type ReleaseSpec } from '../model/release.js';

export type SteeringVerb = 'promote' | 'pause' | 'resume' | 'abort';

/** What a command comes to: fields of the release to set, or nothing where it is so already, or why it cannot be. */
export type SteeringPlan =
  | { readonly outcome: 'write'; readonly spec: Partial<Pick<ReleaseSpec, 'paused' | 'abort' | 'advanceTo'>>; readonly done: string; readonly next: string }
  | { readonly outcome: 'nothing'; readonly done: string; readonly next: string }
  | { readonly outcome: 'refused'; readonly why: string };

/** From a release and a verb to the fields that carry it out. Pure. @param full promote: to the end, without any stop */
export function planSteering(verb: SteeringVerb, release: Release, { full = false } = {}): SteeringPlan {
  const name = release.metadata.name;
  const phase = release.status?.phase ?? 'Preparing';
  if (hasEnded(phase)) return { outcome: 'refused', why: `release ${name} has ended (${phase}); there is nothing to ${verb}.` };
  const goingBack = phase === 'Aborting' || phase === 'LettingGo';
  if (verb === 'abort' && (goingBack || release.spec.abort)) return { outcome: 'nothing', done: `Release ${name} is being taken back already.`, next: followWith(name) };
  if (goingBack || release.spec.abort) return { outcome: 'refused', why: `release ${name} is being taken back; that cannot be changed any more.` };
  if (phase === 'HandingOver') return { outcome: 'refused', why: `release ${name} is past its last step: the new version is stable.${verb === 'abort' ? ` When it has ended, go back with: serin rollback ${release.spec.policy}.` : ''}` };
  switch (verb) {
    case 'pause':
      if (release.spec.paused) return { outcome: 'nothing', done: `Release ${name} is paused already.`, next: `It goes on with: serin resume ${name}.` };
      return { outcome: 'write', spec: { paused: true }, done: `Release ${name} is paused.`, next: `Its shares stay as they are; a bad version is still taken back. It goes on with: serin resume ${name}.` };
    case 'abort':
      return { outcome: 'write', spec: { abort: true }, done: `Release ${name} is taken back.`, next: `Users go back to ${release.spec.stable.replicaSet}. ${followWith(name)}` };
    case 'resume':
      return resume(release);
    case 'promote':
      return promote(release, full);
  }
}

function resume(release: Release): SteeringPlan {
  const name = release.metadata.name;
  const { index, step } = presentStep(release);
  const atPause = step?.kind === 'pause' && release.status?.phase === 'Progressing';
  const told = (release.spec.advanceTo ?? 0) > index;
  if (!release.spec.paused && (!atPause || told)) {
    return told && atPause ? { outcome: 'nothing', done: `Release ${name} was told to go on already.`, next: followWith(name) } : { outcome: 'refused', why: `release ${name} is not paused: ${release.status?.message ?? 'it is under way.'}${step?.kind === 'analyze' && !isAsked(release) ? ` Go on without waiting with: serin promote ${name}.` : ''}` };
  }
  return {
    outcome: 'write',
    spec: { ...(release.spec.paused ? { paused: false } : {}), ...(atPause ? { advanceTo: index + 1 } : {}) },
    done: `Release ${name} goes on.`,
    next: atPause ? nextStep(release, index) : followWith(name),
  };
}

function promote(release: Release, full: boolean): SteeringPlan {
  const name = release.metadata.name;
  const { index, step, count } = presentStep(release);
  const paused = release.spec.paused === true;
  const released = paused ? { paused: false } : {};
  if (release.status?.phase === 'Promoting' || step?.kind === 'promote') {
    if (!paused) return { outcome: 'refused', why: `release ${name} has passed all its steps and becomes stable by itself.` };
    return { outcome: 'write', spec: released, done: `Release ${name} goes on.`, next: followWith(name) };
  }
  if (isAsked(release) && !full) {
    if (paused) return { outcome: 'write', spec: released, done: `Release ${name} goes on.`, next: `Step ${index + 1} waits for somebody to decide: serin approve ${name}, or serin reject ${name}.` };
    return { outcome: 'refused', why: `step ${index + 1} of release ${name} (${step ? describeStep(step) : ''}) is undecided and waits for somebody to decide. Approve it with: serin approve ${name}.` };
  }
  const { held } = release.status ?? {};
  if (held && !full) {
    const instead = held.for === 'approval' ? ` Approve it with: serin approve ${name}.` : held.for === 'freeze' ? ` Who may let it through does so with: serin approve ${name} --window ${held.window ?? ''}.` : '';
    return { outcome: 'refused', why: `release ${name} has not begun, and that is never skipped: ${release.status?.message ?? ''}${instead}` };
  }
  const advanceTo = full ? count - 1 : index + 1;
  if (!paused && (release.spec.advanceTo ?? 0) >= advanceTo) return { outcome: 'nothing', done: `Release ${name} was told to go on already.`, next: followWith(name) };
  if (full) {
    const kept = neverSkipped(release, index);
    const stops = kept.length === 0 ? '' : `Never skipped: ${kept.join('; ')}. `;
    return { outcome: 'write', spec: { advanceTo, ...released }, done: `Release ${name} goes through its remaining steps without ${kept.length === 0 ? 'a stop' : 'waiting for pauses and analyses'}.`, next: `${stops}${followWith(name)}` };
  }
  if (step && step.kind === 'analyze' && consentWanted(release.spec, step)) {
    return { outcome: 'write', spec: { advanceTo, ...released }, done: `Release ${name} does not wait for the time of step ${index + 1} (${describeStep(step)}).`, next: `Where its metrics are undecided, it asks at once: serin approve ${name}. ${followWith(name)}` };
  }
  if (step && NEVER_SKIPPED.includes(step.kind) && release.status?.phase === 'Progressing') {
    const instead = step.kind === 'approve' ? `Approve it with: serin approve ${name}.` : step.kind === 'job' ? 'It ends with its Job.' : 'It opens when the webhook agrees.';
    return { outcome: 'refused', why: `step ${index + 1} of release ${name} (${describeStep(step)}) is never skipped. ${instead}` };
  }
  const byItself = step?.kind === 'weight' ? `Step ${index + 1} (${describeStep(step)}) ends as soon as its share stands. ` : '';
  return { outcome: 'write', spec: { advanceTo, ...released }, done: `Release ${name} goes on to step ${index + 2} of ${count}.`, next: `${byItself}${nextStep(release, index)}` };
}

/** Steps that nobody can skip: what they wait for is somebody else's word, or a test. */
const NEVER_SKIPPED: readonly StepKind[] = ['approve', 'gate', 'job'];

/** The steps from here on that a release stops at whatever it is told. */
function neverSkipped({ spec, status }: Release, index: number): string[] {
  const first = status?.held ? [status.held.for === 'freeze' ? `the freeze window ${status.held.window ?? ''}` : 'what it waits for before it begins'] : status?.asksAgain ? ['the approval of the image that was pushed again'] : [];
  return [...first, ...spec.plan.steps.flatMap((planned, at) => {
    const step = stepOf(planned);
    if (at < index || (!NEVER_SKIPPED.includes(step.kind) && !consentWanted(spec, step))) return [];
    return [`step ${at + 1}, ${describeStep(step)}${step.kind === 'analyze' ? ', which asks for an approval where it is undecided' : ''}`];
  })];
}

/** Whether the present step is an analysis that waits for somebody to decide. */
const isAsked = ({ status }: Release): boolean => status?.phase === 'Progressing' && status.step.askedAt !== undefined;

function presentStep({ spec, status }: Release): { index: number; count: number; step: ReturnType<typeof stepOf> | undefined } {
  const index = status?.step.index ?? 0;
  const planned = spec.plan.steps[index];
  return { index, count: spec.plan.steps.length, step: planned && stepOf(planned) };
}

function nextStep({ spec, metadata }: Release, index: number): string {
  const next = spec.plan.steps[index + 1];
  return `${next ? `Next: ${describeStep(stepOf(next))}. ` : ''}${followWith(metadata.name)}`;
}

const followWith = (name: string): string => `Follow it with: serin status ${name} --watch.`;
