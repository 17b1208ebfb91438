import type { ClusterClient } from '../../../cluster/client.js';
import type { Pod, Volume, VolumeProjection } from '../../../kubernetes/generated/core-v1.js';
import type { PodAddresses } from '../environment/downward.js';
import { requestToken, type AccountToken } from './account-token.js';
import type { VolumeFile, VolumeFiles } from './atomic-folder.js';
import { keyedFiles } from './configuration-files.js';
import { downwardFiles } from './downward-files.js';

const DEFAULT_MODE = 0o644;

/** What the content of a Pod's volumes is made of. */
export interface ContentSource {
  readonly client: ClusterClient;
  readonly pod: Pod;
  readonly addresses: PodAddresses;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Tokens that were given before, by volume and path; a new one replaces the old. */
  readonly tokens: Map<string, AccountToken>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Whether the volume holds files that the API says, and not what processes write. */
export function isFilled({ configMap, secret, downwardAPI, projected }: Volume): boolean {
  return (configMap ?? secret ?? downwardAPI ?? projected) !== undefined;
}

/**
 * The files of one volume now. Of two sources that name the same file the later wins.
 * @throws VolumeError for what is missing and not optional; ContainerConfigError for a field that there is not
 */
export async function volumeFiles({ name, configMap, secret, downwardAPI, projected }: Volume, source: ContentSource, signal: AbortSignal): Promise<VolumeFiles> {
  if (configMap !== undefined) return new Map(await projection({ configMap }, configMap.defaultMode, name, source, signal));
  if (secret !== undefined) {
    const { secretName, items, optional, defaultMode } = secret;
    const alike = { ...(secretName !== undefined && { name: secretName }), ...(items && { items }), ...(optional !== undefined && { optional }) };
    return new Map(await projection({ secret: alike }, defaultMode, name, source, signal));
  }
  if (downwardAPI !== undefined) return new Map(await projection({ downwardAPI }, downwardAPI.defaultMode, name, source, signal));
  const files: [string, VolumeFile][] = [];
  for (const each of projected?.sources ?? []) files.push(...(await projection(each, projected?.defaultMode, name, source, signal)));
  return new Map(files);
}

async function projection(each: VolumeProjection, defaultMode = DEFAULT_MODE, volume: string, source: ContentSource, signal: AbortSignal): Promise<[string, VolumeFile][]> {
  const { client, pod, addresses, allocatable } = source;
  const namespace = pod.metadata.namespace ?? 'default';
  const { configMap, secret, downwardAPI, serviceAccountToken } = each;
  const keyed = configMap ?? secret;
  if (keyed !== undefined) {
    const kind = configMap === undefined ? 'Secret' : 'ConfigMap';
    return keyedFiles({ kind, name: keyed.name ?? '', items: keyed.items, optional: keyed.optional ?? false, defaultMode }, client, namespace, signal);
  }
  if (downwardAPI !== undefined) return downwardFiles(downwardAPI.items ?? [], defaultMode, pod, addresses, allocatable);
  if (serviceAccountToken === undefined) return [];
  const key = `${volume}/${serviceAccountToken.path}`;
  const known = source.tokens.get(key);
  const token = known !== undefined && known.renewAt > source.now ? known : await requestToken(serviceAccountToken, pod, client, source.now, signal);
  source.tokens.set(key, token);
  return [[serviceAccountToken.path, { data: Buffer.from(token.token), mode: defaultMode }]];
}
