import { isForbidden, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { EvidenceRecord, EvidenceSpec } from '../../model/evidence-record.js';
import type { Release } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import { CliError } from '../errors.js';
import { absenceOf } from './absence.js';

/**
 * What is on record of a release.
 * @throws CliError when there is nothing, with the reason; ApiError when the caller may not see it
 */
export async function readEvidence(client: ClusterClient, release: Release, signal: AbortSignal): Promise<EvidenceSpec> {
  const record = await findEvidence(client, release, signal);
  if (record) return record.spec;
  await assertServed(client, release.metadata.namespace ?? '', signal);
  throw new CliError(absenceOf(release));
}

/** @throws CliError where the cluster does not know the kind; ApiError where the caller may not list it */
export async function assertServed(client: ClusterClient, namespace: string, signal: AbortSignal): Promise<void> {
  try {
    await client.list(serinResources.evidence, { namespace, signal });
  } catch (error) {
    if (isNotFound(error)) throw new CliError('the cluster does not know the kind Evidence. Bring Serin there up to date: serin install.', undefined, { cause: error });
    throw error;
  }
}

/** The record of a release, which has its name; undefined where there is none. */
export const findEvidence = (client: ClusterClient, { metadata: { name, namespace = '' } }: Release, signal: AbortSignal): Promise<EvidenceRecord | undefined> =>
  client.find(serinResources.evidence, { namespace, name }, { signal });

/** What is read for the sake of completeness: undefined where the caller may not see it, or the cluster does not know it. */
export async function whereSeen<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return undefined;
    throw error;
  }
}

/** The one metric of a record that is asked for; all without a name. @throws CliError when there is no such metric */
export function chosenMetric(record: EvidenceSpec, name: string | undefined): EvidenceSpec {
  if (name === undefined) return record;
  const metrics = record.metrics.filter((metric) => metric.name === name);
  if (metrics.length > 0) return { ...record, metrics };
  throw new CliError(`release ${record.release} has no metric "${name}". There ${record.metrics.length === 1 ? 'is' : 'are'} ${record.metrics.map((metric) => metric.name).join(', ') || 'none'}.`);
}
