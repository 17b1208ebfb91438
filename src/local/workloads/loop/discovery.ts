import { ApiError } from '../../../cluster/api-error.js';
import type { ClusterClient } from '../../../cluster/client.js';
import { isRecord } from '../../../kubernetes/json.js';
import type { Resource } from '../../../kubernetes/objects.js';

/** What an object must allow so that it can be collected. */
const NEEDED_VERBS = ['delete', 'list', 'watch'];

/** Not worth collecting: they expire by themselves. */
const IGNORED = new Set(['events', 'events.events.k8s.io']);

/**
 * The resources that the server has just now, each in its group's preferred version, as far as their objects can be listed,
 * watched and deleted. A group that does not answer is left out.
 */
export async function discoverResources(client: ClusterClient, signal: AbortSignal): Promise<Resource[]> {
  const groups = await json(client, '/apis', signal);
  const versions = records(groups['groups']).flatMap(({ preferredVersion }) =>
    isRecord(preferredVersion) && typeof preferredVersion['groupVersion'] === 'string' ? [preferredVersion['groupVersion']] : [],
  );
  const found = await Promise.all(['v1', ...versions].map((version) => resourcesOf(client, version, signal)));
  return found.flat();
}

async function resourcesOf(client: ClusterClient, groupVersion: string, signal: AbortSignal): Promise<Resource[]> {
  try {
    const { group, version, entries } = await discoverVersion(client, groupVersion, signal);
    return entries.flatMap((each) => resourceOf(group, version, each) ?? []);
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

/** One version of a group, with the entries of discovery for its resources and subresources. */
export interface DiscoveredVersion {
  readonly group: string;
  readonly version: string;
  readonly entries: readonly Record<string, unknown>[];
}

/** @param groupVersion `v1`, `apps/v1`. @throws ApiError when there is no such version, or discovery is refused */
export async function discoverVersion(client: Pick<ClusterClient, 'raw'>, groupVersion: string, signal: AbortSignal): Promise<DiscoveredVersion> {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  const list = await json(client, group === '' ? `/api/${version}` : `/apis/${groupVersion}`, signal);
  return { group, version, entries: records(list['resources']) };
}

function resourceOf(group: string, version: string, { name, kind, namespaced, verbs }: Record<string, unknown>): Resource | undefined {
  if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/') || !Array.isArray(verbs)) return undefined;
  if (IGNORED.has(group === '' ? name : `${name}.${group}`) || !NEEDED_VERBS.every((verb) => verbs.includes(verb))) return undefined;
  return { group, version, kind, plural: name, namespaced: namespaced === true };
}

async function json(client: Pick<ClusterClient, 'raw'>, path: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const answer: unknown = JSON.parse(await client.raw(path, undefined, { signal }));
  return isRecord(answer) ? answer : {};
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
