import { ApiError } from '../../../cluster/api-error.js';
import type { ClusterClient } from '../../../cluster/client.js';
import { isRecord } from '../../../kubernetes/json.js';
import type { Pod, ServiceAccountTokenProjection } from '../../../kubernetes/generated/core-v1.js';
import type { Resource } from '../../../kubernetes/objects.js';
import { VolumeError } from './volume-error.js';

const DEFAULT_SECONDS = 3600;
/** However soon a token is said to end: clocks differ, and the API must not be asked without a pause. */
const LEAST_MILLISECONDS = 10_000;

/** A token that a Pod's processes may show to the API. */
export interface AccountToken {
  readonly token: string;
  /** Milliseconds since the epoch from which a new one is to be asked for: after four fifths of its life. */
  readonly renewAt: number;
}

/**
 * Asks the API for a token of the Pod's service account, bound to the Pod.
 * @param now milliseconds since the epoch
 * @throws VolumeError where there is no such account, or the API serves no TokenRequest
 */
export async function requestToken({ audience, expirationSeconds = DEFAULT_SECONDS }: ServiceAccountTokenProjection, pod: Pod, client: ClusterClient, now: number, signal: AbortSignal): Promise<AccountToken> {
  const { name, namespace = 'default', uid = '' } = pod.metadata;
  const account = pod.spec.serviceAccountName ?? 'default';
  // A TokenRequest is posted below its account; it is stored nowhere and has no name.
  const resource: Resource = { group: '', version: 'v1', kind: 'TokenRequest', plural: `serviceaccounts/${encodeURIComponent(account)}/token`, namespaced: true };
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name: '', namespace },
    spec: { audiences: audience === undefined || audience === '' ? [] : [audience], expirationSeconds, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
  };
  let answer: unknown;
  try {
    answer = await client.create(resource, request, { signal });
  } catch (error) {
    if (!(error instanceof ApiError) || (error.code !== 404 && error.code !== 405)) throw error;
    const missing = error.status.details?.name === account && error.status.details.kind === 'serviceaccounts';
    if (missing) throw new VolumeError(`serviceaccounts ${JSON.stringify(account)} not found`);
    throw new VolumeError('this cluster serves no TokenRequest, so there is no service account token to mount: remove the projected serviceAccountToken');
  }
  const status = isRecord(answer) && isRecord(answer['status']) ? answer['status'] : {};
  if (typeof status['token'] !== 'string') throw new VolumeError('the answer to a TokenRequest holds no token');
  const expires = typeof status['expirationTimestamp'] === 'string' ? Date.parse(status['expirationTimestamp']) : Number.NaN;
  const life = Number.isNaN(expires) ? expirationSeconds * 1000 : expires - now;
  return { token: status['token'], renewAt: now + Math.max(LEAST_MILLISECONDS, life * 0.8) };
}
