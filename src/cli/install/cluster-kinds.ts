import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { isRecord } from '../../kubernetes/json.js';
import { apiVersionOf, type KubernetesObject, type Resource } from '../../kubernetes/objects.js';

/** Which of these kinds a cluster serves, as `group/version/Kind`. */
export async function servedKinds(client: ClusterClient, wanted: readonly Resource<KubernetesObject>[], signal: AbortSignal): Promise<ReadonlySet<string>> {
  const versions = [...new Set(wanted.map(apiVersionOf))];
  const kinds = await Promise.all(versions.map(async (version) => (await kindsOf(client, version, signal)).map((kind) => `${version}/${kind}`)));
  return new Set(kinds.flat());
}

export const kindName = (resource: Resource<KubernetesObject>): string => `${apiVersionOf(resource)}/${resource.kind}`;

async function kindsOf(client: ClusterClient, version: string, signal: AbortSignal): Promise<string[]> {
  try {
    const list: unknown = JSON.parse(await client.raw(version.includes('/') ? `/apis/${version}` : `/api/${version}`, undefined, { signal }));
    const all: unknown = isRecord(list) ? list['resources'] : undefined;
    return Array.isArray(all) ? all.flatMap((each: unknown) => (isRecord(each) && typeof each['kind'] === 'string' ? [each['kind']] : [])) : [];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
