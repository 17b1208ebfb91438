import { givenApprovals } from '../../../approvals/record.js';
import { seenOf } from '../../../approvals/seen.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { Approval } from '../../../model/approval.js';
import type { EvidenceSpec } from '../../../model/evidence-record.js';
import { hasEnded, type LogEntry, type Release } from '../../../model/release.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import { WHOLE } from '../../../model/split.js';
import type { ReleaseDetail } from '../../schemas/release-detail.js';
import { actionsOf, type WriteRights } from './actions.js';
import type { Person } from './asking.js';
import { audienceOf } from './audience.js';
import { deedsOf, saidOf } from './deeds.js';
import { eventsOf } from './events.js';
import { metricsOf } from './metrics.js';
import { stagesOf } from './stages.js';
import { summaryFor, type SharedSummary } from './summary.js';
import { versionsOf } from './versions.js';

/** What a release is told from. */
export interface DetailSources {
  readonly release: Release;
  readonly shared: SharedSummary;
  readonly policy: ReleasePolicy | undefined;
  /** What people said to it. */
  readonly approvals: readonly Approval[];
  readonly evidence: EvidenceSpec | undefined;
  /** What happened, from first to last. */
  readonly entries: readonly LogEntry[];
  readonly replicaSets: readonly ReplicaSet[];
  /** Those that the person may see. */
  readonly pods: readonly Pod[];
  /** Whether the person may not see Pods or ReplicaSets. */
  readonly podsHidden: boolean;
  readonly person: Person;
  readonly rights: WriteRights;
  readonly rollback: { readonly to: string } | { readonly why: string } | undefined;
}

/** Everything that is known of one release, as one person sees it. */
export function detailOf(sources: DetailSources): ReleaseDetail {
  const { release, shared, entries, approvals, evidence, person, policy, rights, rollback } = sources;
  const { spec, status } = release;
  const versions = versionsOf(release, sources.replicaSets, sources.pods);
  const said = saidOf(givenApprovals([release], approvals));
  const audience = audienceOf(release);
  const shares = status?.shares ?? {};
  const running = !hasEnded(status?.phase ?? 'Preparing');
  return {
    ...summaryFor(shared, person),
    stages: stagesOf(release, shared.summary.waitsFor, entries),
    shares: { asked: shares.asked ?? null, written: shares.written ?? null, accepted: shares.accepted ?? null, counted: shares.counted ?? null },
    versions,
    podsHidden: sources.podsHidden,
    events: eventsOf(entries),
    approvals: said,
    metrics: metricsOf(evidence),
    actions: actionsOf({ release, policy, versions, asked: shared.asked, person, rights, rollback }),
    ...(spec.author === undefined ? {} : { author: spec.author }),
    deeds: deedsOf(release, said),
    ...(audience === undefined ? {} : { audience }),
    ...(running ? { seen: seenOf(release, sources.pods) } : {}),
    ...(spec.hotfix === undefined ? {} : { hotfix: spec.hotfix }),
    tested: entries.flatMap(({ code, arguments: { job } }) => (code === 'JobSucceeded' && job !== undefined ? [job] : [])),
    reached: highestShare(release, entries),
  };
}

/** The highest share that users were given, per mille. */
function highestShare({ spec, status }: Release, entries: readonly LogEntry[]): number {
  if (status?.phase === 'Completed') return WHOLE;
  const asked = entries.flatMap(({ code, arguments: { share = '' } }) => (code === 'ShareAsked' ? [Math.round(Number.parseFloat(share) * 10)] : [])).filter((share) => !Number.isNaN(share));
  const passed = spec.plan.steps.slice(0, status?.step.index ?? 0).flatMap(({ kind, share }) => (kind === 'weight' && share !== undefined ? [share] : []));
  return Math.max(0, ...asked, ...passed);
}
