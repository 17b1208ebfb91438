import { createHash } from 'node:crypto';
import type { APIResource } from '../../../kubernetes/generated/meta-v1.js';
import type { GroupEntry, ResourceEntry, VersionEntry } from './catalogue.js';

/** `/api`. */
export function coreVersions(serverAddress: string): object {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] };
}

/** `/apis`. */
export function groupList(groups: readonly GroupEntry[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter(({ name }) => name !== '').map(groupOf) };
}

/** `/apis/<group>`. */
export function singleGroup(group: GroupEntry): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
}

function groupOf({ name, versions }: GroupEntry): object {
  const entries = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

/** `/api/v1` and `/apis/<group>/<version>`. */
export function resourceList(group: string, { version, resources }: VersionEntry): object {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: resources.flatMap((resource) => rowsOf(group, version, resource)),
  };
}

function rowsOf(group: string, version: string, resource: ResourceEntry): APIResource[] {
  const { name, singular, kind, namespaced, verbs, shortNames, categories, subresources } = resource;
  const stored = verbs.includes('list');
  return [
    {
      name,
      singularName: singular,
      namespaced,
      kind,
      verbs: [...verbs],
      ...(shortNames.length > 0 ? { shortNames: [...shortNames] } : {}),
      ...(categories.length > 0 ? { categories: [...categories] } : {}),
      ...(stored ? { storageVersionHash: storageHash(group, version, kind) } : {}),
    },
    ...subresources.map((each): APIResource => ({
      name: `${name}/${each.name}`,
      singularName: '',
      namespaced,
      ...(each.group === undefined ? {} : { group: each.group }),
      ...(each.version === undefined ? {} : { version: each.version }),
      kind: each.kind ?? kind,
      verbs: [...each.verbs],
    })),
  ];
}

/** Clients compare it only: the first bytes of a hash of what is stored. */
function storageHash(group: string, version: string, kind: string): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}
