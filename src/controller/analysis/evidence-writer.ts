import type { ClusterClient } from '../../cluster/client.js';
import { isConflict, isNotFound } from '../../cluster/api-error.js';
import type { ObjectMeta } from '../../kubernetes/generated/meta-v1.js';
import type { EvidenceRecord, EvidenceSpec } from '../../model/evidence-record.js';
import type { Release } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import { NotLeading, write, type WriteContext } from '../writes.js';
import { evidenceObject } from './evidence-object.js';

/** How often somebody else may write first. */
const TRIES = 3;

/** The Evidence object of a release, or undefined where there is none. */
export function findEvidence(client: ClusterClient, { metadata: { namespace = '', name } }: Release, signal?: AbortSignal): Promise<EvidenceRecord | undefined> {
  return client.find(serinResources.evidence, { namespace, name }, signal ? { signal } : {});
}

export interface WriteAbout {
  readonly known: ObjectMeta | undefined;
  readonly ended: boolean;
  readonly leads: () => boolean;
  readonly signal?: AbortSignal;
}

/**
 * Creates or replaces the Evidence object of a release. Whoever leads writes last: what another one wrote meanwhile is replaced,
 * and `write` stops one that does not lead any more.
 * @param about.known its metadata as we know it; undefined when there is none as far as we know
 * @param about.leads whether this controller leads the release, as far as it knows; asked again when somebody else has written
 * @param about.ended whether the release has
 * @returns its metadata now; undefined when it is gone and the release has ended, so that nobody would take it away
 * @throws NotLeading, ApiError
 */
export async function writeEvidence(context: WriteContext, release: Release, spec: EvidenceSpec, { known, ended, leads, signal }: WriteAbout): Promise<ObjectMeta | undefined> {
  const options = signal ? { signal } : {};
  let present = known;
  for (let tries = 1; ; tries++) {
    const object = evidenceObject(release, spec, present);
    try {
      const written = await write(context, 'evidence', undefined, (client) => (present ? client.replace(serinResources.evidence, object, options) : client.create(serinResources.evidence, object, options)));
      return written.metadata;
    } catch (error) {
      const gone = present !== undefined && isNotFound(error);
      if (gone && ended) return undefined;
      if (!(gone || isConflict(error)) || tries >= TRIES) throw error;
      if (!leads()) throw new NotLeading('evidence is left to who leads now');
      present = (await findEvidence(context.client, release, signal))?.metadata;
    }
  }
}
