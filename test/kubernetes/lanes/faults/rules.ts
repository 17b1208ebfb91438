import type { VirtualService } from '../../../../src/kubernetes/generated/istio-v1.js';
import { hasEnded, type Release } from '../../../../src/model/release.js';
import type { Recorder } from '../../lab/recorder.js';
import { complaintsOf } from '../../lab/replay.js';

/** How long a release may stand still without saying what it waits for, in milliseconds. */
const SILENCE = 30_000;

/**
 * What the record of a namespace says against the rules that always hold, judged from objects alone. Capacity, shares of
 * versions without Pods and shares after an abort (rules 2, 3 and 6) are the witness's.
 * @param keys idempotency keys of the calls of webhooks
 */
export function brokenRules(recorder: Recorder, namespace: string, keys: readonly string[], excused?: RegExp): string[] {
  const history = recorder.history(namespace);
  const broken = complaintsOf(recorder, namespace, excused);
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
