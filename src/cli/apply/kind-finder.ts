import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';

/** Finds which resource of the API holds objects of a kind. */
export interface KindFinder {
  /** Undefined where the cluster does not serve it. */
  find(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): Promise<Resource<KubernetesObject> | undefined>;
  /** The kinds that are served in an API version; none where the version is not served. */
  kindsOf(apiVersion: string): Promise<readonly Resource<KubernetesObject>[]>;
  /** Asks the cluster again from now on. */
  forget(): void;
}

export function createKindFinder(client: ClusterClient, signal: AbortSignal): KindFinder {
  const known = new Map<string, Promise<readonly Resource<KubernetesObject>[]>>();
  const kindsOf: KindFinder['kindsOf'] = (apiVersion) => {
    const asked = known.get(apiVersion) ?? discover(client, apiVersion, signal);
    known.set(apiVersion, asked);
    return asked;
  };
  return {
    kindsOf,
    find: async ({ apiVersion, kind }) => (await kindsOf(apiVersion)).find((resource) => resource.kind === kind),
    forget: () => known.clear(),
  };
}

async function discover(client: ClusterClient, apiVersion: string, signal: AbortSignal): Promise<Resource<KubernetesObject>[]> {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
  try {
    const list: unknown = JSON.parse(await client.raw(group === '' ? `/api/${version}` : `/apis/${group}/${version}`, undefined, { signal }));
    const served: unknown = isRecord(list) ? list['resources'] : undefined;
    return (Array.isArray(served) ? served : []).flatMap((each: unknown): Resource<KubernetesObject>[] => {
      if (!isRecord(each) || typeof each['name'] !== 'string' || typeof each['kind'] !== 'string' || each['name'].includes('/')) return [];
      return [{ group, version, kind: each['kind'], plural: each['name'], namespaced: each['namespaced'] === true }];
    });
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** The resources that CustomResourceDefinitions among these objects bring along. */
export function definedResources(objects: readonly KubernetesObject[]): Resource<KubernetesObject>[] {
  return objects.filter(({ kind }) => kind === 'CustomResourceDefinition').flatMap((definition) => {
    const spec: unknown = Reflect.get(definition, 'spec');
    if (!isRecord(spec) || !isRecord(spec['names']) || !Array.isArray(spec['versions'])) return [];
    const { kind, plural } = spec['names'];
    const { group, scope } = spec;
    if (typeof kind !== 'string' || typeof plural !== 'string' || typeof group !== 'string') return [];
    return spec['versions'].flatMap((version: unknown): Resource<KubernetesObject>[] =>
      isRecord(version) && typeof version['name'] === 'string' ? [{ group, version: version['name'], kind, plural, namespaced: scope === 'Namespaced' }] : [],
    );
  });
}
