import type { ClusterClient } from '../../../cluster/client.js';
import type { KeyToPath } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import type { VolumeFile } from './atomic-folder.js';
import { VolumeError } from './volume-error.js';

/** Which keys of a ConfigMap or Secret become which files. */
export interface KeyedSource {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly items: readonly KeyToPath[] | undefined;
  readonly optional: boolean;
  readonly defaultMode: number;
}

/** @throws VolumeError when the object or a key is missing and not optional */
export async function keyedFiles(source: KeyedSource, client: ClusterClient, namespace: string, signal: AbortSignal): Promise<[string, VolumeFile][]> {
  const { kind, name, items, optional, defaultMode } = source;
  const data = await dataOf(source, client, namespace, signal);
  if (data === undefined) {
    if (optional) return [];
    throw new VolumeError(`${kind.toLowerCase()} ${JSON.stringify(name)} not found`);
  }
  if (items === undefined) return [...data].map(([key, content]) => [key, { data: content, mode: defaultMode }]);
  return items.flatMap(({ key, path, mode = defaultMode }): [string, VolumeFile][] => {
    const content = data.get(key);
    if (content !== undefined) return [[path, { data: content, mode }]];
    if (optional) return [];
    throw new VolumeError(`${kind.toLowerCase()} ${JSON.stringify(name)} references non-existent key: ${key}`);
  });
}

async function dataOf({ kind, name }: KeyedSource, client: ClusterClient, namespace: string, signal: AbortSignal): Promise<Map<string, Buffer> | undefined> {
  if (kind === 'Secret') {
    const secret = await client.find(resources.secrets, { name, namespace }, { signal });
    return secret && new Map(decoded(secret.data));
  }
  const configMap = await client.find(resources.configMaps, { name, namespace }, { signal });
  if (configMap === undefined) return undefined;
  const texts = Object.entries(configMap.data ?? {}).map(([key, text]): [string, Buffer] => [key, Buffer.from(text)]);
  return new Map([...texts, ...decoded(configMap.binaryData)]);
}

const decoded = (data: Readonly<Record<string, string>> = {}): [string, Buffer][] => Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')]);
