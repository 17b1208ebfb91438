import { describeStep } from '../../../engine/formatting.js';
import type { Approval } from '../../../model/approval.js';
import type { FreezeWindow } from '../../../model/freeze-window.js';
import { stepOf } from '../../../model/plan.js';
import { hasEnded, versionName, type Release, type ReleaseSpec } from '../../../model/release.js';
import { describeEntry } from '../../../model/messages.js';
import { WHOLE } from '../../../model/split.js';
import type { ReleaseSummary, VersionView } from '../../schemas/release-summary.js';
import type { Outcome } from '../../schemas/words.js';
import { zhOf } from '../texts/sentences.js';
import { askedOf, isMine, type Asked, type Person } from './asking.js';
import { waitOf } from './waits.js';

/** What is the same of a release for everybody who sees it. */
export interface SharedSummary {
  readonly summary: Omit<ReleaseSummary, 'waitsForMe'>;
  readonly asked: Asked | undefined;
}

/** A release in short, without what depends on who asks. @param approvals those to it @param now milliseconds since the epoch @param windows those that may hold it */
export function sharedSummary(release: Release, approvals: readonly Approval[], now: number, windows: readonly FreezeWindow[] = []): SharedSummary {
  const { metadata, spec, status } = release;
  const namespace = metadata.namespace ?? '';
  const phase = status?.phase ?? 'Preparing';
  const asked = askedOf(release, approvals, now, windows);
  const { index, count, what, whatZh } = presentStep(release);
  const said = messageOf(release);
  const startedAt = status?.startedAt ?? metadata.creationTimestamp;
  return {
    asked,
    summary: {
      id: `${namespace}/${metadata.name}`,
      namespace,
      name: metadata.name,
      policy: spec.policy,
      uid: metadata.uid ?? '',
      ...(spec.strategy === undefined ? {} : { strategy: spec.strategy }),
      phase,
      outcome: outcomeOf(release),
      ...(status?.abortReason === undefined ? {} : { abortReason: status.abortReason }),
      message: said.en,
      messageZh: said.zh,
      share: phase === 'Completed' ? WHOLE : phase === 'Aborted' ? 0 : (status?.shares?.accepted?.canary ?? 0),
      step: { index, count, what, whatZh },
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(status?.endedAt === undefined ? {} : { endedAt: status.endedAt }),
      stable: versionView(spec.stable),
      canary: versionView(spec.canary),
      waitsFor: waitOf(release, asked),
      requests: { stable: status?.evidence?.stable ?? none, canary: status?.evidence?.canary ?? none },
      paused: spec.paused === true && !hasEnded(phase),
      revision: metadata.resourceVersion ?? '',
    },
  };
}

const none = { requests: 0, failures: 0 };

/** The same as one person sees it. */
export const summaryFor = ({ summary, asked }: SharedSummary, person: Person): ReleaseSummary => ({ ...summary, waitsForMe: isMine(asked, summary.namespace, person) });

/** Whether a release is under way, or how it ended. */
export function outcomeOf({ status }: Pick<Release, 'status'>): Outcome {
  return status?.phase === 'Completed' ? 'completed' : status?.phase === 'Aborted' ? 'aborted' : 'running';
}

/** A version as people tell it from others. */
export function versionView(version: ReleaseSpec['stable']): VersionView {
  const images = (version.images ?? '').split(', ').filter((image) => image !== '');
  return { replicaSet: version.replicaSet, hash: version.hash, images, name: versionName(version) };
}

function presentStep({ spec, status }: Release): { index: number; count: number; what: string; whatZh: string } {
  const index = status?.step.index ?? 0;
  const planned = spec.plan.steps[index];
  const what = planned ? describeStep(stepOf(planned)) : '';
  return { index, count: spec.plan.steps.length, what, whatZh: zhOf(what) };
}

/** What it says; once it has ended, how it ended. */
function messageOf({ status }: Release): { readonly en: string; readonly zh: string } {
  const last = status?.log?.at(-1);
  if (status && hasEnded(status.phase) && last) return { en: describeEntry(last), zh: describeEntry(last, 'zh') };
  const en = status?.message ?? 'Waits for the controller to take notice.';
  return { en, zh: zhOf(en) };
}
