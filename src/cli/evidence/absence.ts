import { hasEnded, type Release } from '../../model/release.js';

/** Why a release has no evidence on record, in a sentence; with what to do, where there is something. Pure. */
export function absenceOf({ metadata, spec, status }: Release): string {
  const release = `release ${metadata.name}`;
  const ended = hasEnded(status?.phase ?? 'Preparing');
  if (spec.hotfix !== undefined) return `${release} is a hotfix and is not judged: ${spec.hotfix}.`;
  if (spec.plan.analysis === undefined) return `${release} has no evidence: it was made by a version of Serin that kept none.`;
  if (spec.plan.analysis.metrics.length === 0) return `${release} has no evidence: its plan has no metrics.`;
  if (ended) {
    const why = status?.abortReason === undefined ? '' : ` (${status.abortReason})`;
    return `${release} has no evidence: it ended, ${status?.phase ?? ''}${why}, before anything was sampled, or its record was deleted.`;
  }
  const name = metadata.name;
  return `${release} has no evidence yet: nothing has been sampled. ${status?.message ?? 'It waits for the controller to take notice.'} Follow it with: serin evidence ${name} --watch`;
}
