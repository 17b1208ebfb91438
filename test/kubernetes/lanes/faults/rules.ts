import type { VirtualService } from '../../../../src/kubernetes/generated/istio-v1.js';
import { hasEnded, type Release } from '../../../../src/model/release.js';
import type { Recorded, Recorder } from '../../lab/recorder.js';
import { complaintsOf } from '../../lab/replay.js';
import type { Approval } from '../../../../src/model/approval.js';
import { stepOf } from '../../../../src/model/plan.js';
import { consentWanted } from '../../../../src/engine/analysis-steps.js';
import { brokenOwnership } from './bystanders.js';

/** How long a release may stand still without saying what it waits for, on a machine that has other things to do, in milliseconds. */
const SILENCE = 120_000;

/** What one story left behind. */
export interface Evidence {
  readonly recorder: Recorder;
  readonly namespace: string;
  /** Idempotency keys of the calls of webhooks. */
  readonly keys: readonly string[];
  /** That people ask for. */
  readonly images: readonly string[];
  /** Complaints that the fault itself causes. */
  readonly excused?: RegExp | undefined;
}

/**
 * What the record of a namespace says against the rules that always hold, judged from objects alone. Capacity, shares of
 * versions without Pods and shares after an abort (rules 2, 3 and 6) are the witness's; that the same is decided each time
 * (rule 10) shows when a story is played again (`Decisions`).
 */
export function brokenRules({ recorder, namespace, keys, images, excused }: Evidence): string[] {
  const history = recorder.history(namespace);
  const broken = [...complaintsOf(recorder, namespace, excused), ...brokenOwnership(history, images), ...unapproved(history)];
  const jobs = new Map<string, Set<string>>();
  let before: Release | undefined;
  let movedAt = 0;
  for (const { collection, type, object, at } of history) {
    if (collection === 'networking.istio.io/virtualservices' && type !== 'DELETED') broken.push(...sharesOf(object as VirtualService).filter((sum) => sum !== 100 && sum !== 1000).map((sum) => `rule 1: weights sum to ${sum}`));
    if (collection === 'batch/jobs') jobs.set(object.metadata.name, (jobs.get(object.metadata.name) ?? new Set()).add(object.metadata.uid ?? ''));
    if (collection !== 'serin.dev/releases' || object.metadata.name !== 'web-1' || type === 'DELETED') continue;
    const release = object as Release;
    const [last, now] = [before?.status?.step.index ?? 0, release.status?.step.index ?? 0];
    if (now > last + 1) broken.push(`rule 4: from step ${last + 1} to step ${now + 1}`);
    if (now < last) broken.push(`rule 4: back from step ${last + 1} to step ${now + 1}`);
    if (before?.status?.phase === 'Aborted' && release.status?.phase !== 'Aborted') broken.push(`rule 5: ${release.status?.phase ?? 'nothing'} after the end`);
    if (before !== undefined && !hasEnded(before.status?.phase ?? 'Preparing') && (before.status?.message ?? '') === '' && at - movedAt > SILENCE) broken.push(`rule 7: silent for ${at - movedAt} ms in ${before.status?.phase ?? ''}`);
    [before, movedAt] = [release, at];
  }
  for (const [name, uids] of jobs) if (uids.size > 1) broken.push(`rule 4: Job ${name} ran ${uids.size} times`);
  if (new Set(keys).size > 1) broken.push(`rule 4: one gate asked with ${new Set(keys).size} keys`);
  return broken;
}

/** The sum of the weights of each route that has any. */
const sharesOf = ({ spec }: VirtualService): number[] =>
  (spec.http ?? []).map(({ route = [] }) => route).filter((route) => route.some(({ weight }) => weight !== undefined)).map((route) => route.reduce((sum, { weight }) => sum + (weight ?? 0), 0));

/**
 * Rule 9: states of releases behind an approval that nobody who may had given by then. An analysis that asks people when it is undecided
 * needs one unless its metrics passed, which the log says at the moment when it goes on.
 */
function unapproved(history: readonly Recorded[]): string[] {
  const broken: string[] = [];
  const given: Approval[] = [];
  const passedAlone = new Map<string, Set<number>>();
  const before = new Map<string, { readonly step: number; readonly entry: number }>();
  for (const { collection, type, object, version } of history) {
    if (collection === 'serin.dev/approvals' && type === 'ADDED') given.push(object as Approval);
    if (collection !== 'serin.dev/releases' || type === 'DELETED') continue;
    const { metadata, spec, status } = object as Release;
    const { uid = '' } = metadata;
    const last = before.get(uid) ?? { step: 0, entry: 0 };
    const own = passedAlone.get(uid) ?? new Set<number>();
    passedAlone.set(uid, own);
    if (status?.log?.some(({ number, code }) => number > last.entry && code === 'AnalysisPassed')) own.add(last.step);
    before.set(uid, { step: status?.step.index ?? 0, entry: status?.log?.at(-1)?.number ?? last.entry });
    const passed = status?.phase === 'Completed' ? spec.plan.steps.length : (status?.step.index ?? 0);
    for (const [index, planned] of spec.plan.steps.slice(0, passed).entries()) {
      const wanted = consentWanted(spec, stepOf(planned));
      if (!wanted || own.has(index)) continue;
      const counts = ({ spec: said }: Approval): boolean => said.releaseUid === metadata.uid && said.step === index + 1 && said.approved && (wanted.users.length + wanted.groups.length === 0 || wanted.users.includes(said.user));
      const count = new Set(given.filter(counts).map(({ spec: said }) => said.user)).size;
      if (count < wanted.approvals) broken.push(`rule 9: at step ${passed + 1} in ${version} with ${count} approvals of step ${index + 1}`);
    }
  }
  return broken.slice(0, 5);
}
