import type { ObjectMeta } from '../../kubernetes/generated/meta-v1.js';
import { ownerReference } from '../../kubernetes/owners.js';
import type { EvidenceRecord, EvidenceSpec } from '../../model/evidence-record.js';
import type { Release } from '../../model/release.js';
import { API_VERSION, MANAGED_BY, POLICY_LABEL, STEP_ANNOTATION } from '../../model/resources.js';

/** What was on record when a controller took over. */
export interface Recorded {
  readonly spec: EvidenceSpec;
  /** Index of the step it was written in; undefined when that is not known. */
  readonly step: number | undefined;
}

/**
 * The object that keeps the evidence of a release: it has the release's name and goes with it, but never holds up its deletion.
 * @param known what the server holds of it; what others wrote there stays
 */
export function evidenceObject(release: Release, spec: EvidenceSpec, known: ObjectMeta | undefined): EvidenceRecord {
  const { name, namespace } = release.metadata;
  return {
    apiVersion: API_VERSION,
    kind: 'Evidence',
    metadata: {
      ...known,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...known?.labels, ...MANAGED_BY, [POLICY_LABEL]: release.spec.policy },
      annotations: { ...known?.annotations, [STEP_ANNOTATION]: String(release.status?.step.index ?? 0) },
      // A foreground deletion of the release must not wait for its record.
      ownerReferences: [{ ...ownerReference(release), blockOwnerDeletion: false }],
    },
    spec,
  };
}

/** What an object on the server is worth for a release: nothing when it is of another canary, or of an earlier release of this name. */
export function recordedOf(found: EvidenceRecord | undefined, { metadata, spec, status }: Release): Recorded | undefined {
  if (!found || found.spec.release !== metadata.name || found.spec.canary !== spec.canary.hash) return undefined;
  if (Date.parse(found.spec.writtenAt) < Date.parse(status?.startedAt ?? '')) return undefined;
  const step = Number.parseInt(found.metadata.annotations?.[STEP_ANNOTATION] ?? '', 10);
  return { spec: found.spec, step: Number.isNaN(step) ? undefined : step };
}
