import { isConflict, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import { unknownFields, type Version } from './dropped-fields.js';
import { titleOf } from './put.js';

/** Milliseconds until every API server of a cluster writes the version that a definition says is stored. */
const HEARD_EVERYWHERE = 10_000;

/**
 * What stands between a definition on the cluster and the wanted one. A version may be left out of a definition only once no
 * object is stored in it any more.
 * @returns `nothing`; `migration` where objects have to be written anew first; or why that cannot be done, with the remedy
 */
export function betweenVersions(present: CustomResourceDefinition, wanted: CustomResourceDefinition): 'nothing' | 'migration' | { readonly problem: string } {
  const known = wanted.spec.versions.map(({ name }) => name);
  const unknown = (present.status?.storedVersions ?? []).filter((name) => !known.includes(name));
  if (unknown.length === 0) return 'nothing';
  const storage = storageVersion(present);
  if (known.includes(storage)) return 'migration';
  const { name } = wanted.metadata;
  const of = present.metadata.labels?.['app.kubernetes.io/version'];
  const older = known.every((each) => compareVersions(each, storage) < 0);
  const remedy = older
    ? `It is older than what was installed last${of === undefined ? '' : `, which was ${of}`}: install that version of Serin or a later one.`
    : `Versions in between have been left out: install the last version of Serin that has both ${storage} and ${known.join(' or ')}, then this one.`;
  return { problem: `objects of ${name} are stored as ${unknown.join(' and ')}, and this version of Serin knows only ${known.join(' and ')}. ${remedy}` };
}

/** By Kubernetes' order of versions: `v1` after `v1beta2` after `v1beta1` after `v1alpha1`. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [versionRank(one), versionRank(other)];
  return a.map((part, index) => part - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

function versionRank(name: string): number[] {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name) ?? [];
  return [stage === undefined ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor)];
}

const storageVersion = ({ spec }: CustomResourceDefinition): string => spec.versions.find(({ storage }) => storage)?.name ?? '';

export interface MigrationContext {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What became of the objects of one definition. */
export interface Migration {
  readonly definition: string;
  readonly version: string;
  /** How many were written anew. */
  readonly written: number;
  /** Objects that were left as they are, and what they would lose; then old versions stay on record. */
  readonly kept: readonly string[];
}

/**
 * Writes all objects of a kind anew where some may be stored in another version than the present one, and takes the other
 * versions off the record. Without conversion a version has only its own fields: an object that has others in the version it
 * may be stored in is left alone.
 * @returns undefined where there was nothing to do
 */
export async function migrateStorage(name: string, { client, clock, signal }: MigrationContext): Promise<Migration | undefined> {
  const definition = await client.find(resources.customResourceDefinitions, { name }, { signal });
  if (!definition) return undefined;
  const version = storageVersion(definition);
  const others = (definition.status?.storedVersions ?? []).filter((each) => each !== version);
  if (others.length === 0) return undefined;
  await clock.sleep(HEARD_EVERYWHERE, signal);
  const { group, names: { kind, plural }, versions } = definition.spec;
  const at = (each: string): Resource<KubernetesObject> => ({ group, version: each, kind, plural, namespaced: definition.spec.scope === 'Namespaced' });
  const readable = others.filter((each) => versions.some(({ name: served, served: isServed }) => served === each && isServed));
  const present = versions.find(({ storage }) => storage);
  const kept: string[] = [];
  let written = 0;
  for (const object of (await client.list(at(version), { signal })).items) {
    const lost = present ? await lostFields(client, object, readable.map(at), present, signal) : [];
    if (lost.length > 0) kept.push(`${titleOf({ ...object, kind })}: ${lost.join(', ')}`);
    else if (await writeAnew(client, at(version), object, signal)) written++;
  }
  if (kept.length === 0) {
    const { resourceVersion } = await client.get(resources.customResourceDefinitions, { name }, { signal }).then(({ metadata }) => metadata);
    const body = { metadata: { ...(resourceVersion === undefined ? {} : { resourceVersion }) }, status: { storedVersions: [version] } };
    await client.patch(resources.customResourceDefinitions, { name }, { kind: 'merge', body }, { subresource: 'status', signal });
  }
  return { definition: name, version, written, kept };
}

/** Fields that an object has in another version and that this one does not have, as paths. */
async function lostFields(client: ClusterClient, { metadata: { name, namespace } }: KubernetesObject, others: readonly Resource<KubernetesObject>[], version: Version, signal: AbortSignal): Promise<string[]> {
  const lost = new Set<string>();
  for (const resource of others) {
    const other = await client.find(resource, { name, ...(namespace === undefined ? {} : { namespace }) }, { signal });
    for (const path of other ? unknownFields(other, version) : []) lost.add(path);
  }
  return [...lost];
}

/** @returns false when it has gone meanwhile */
async function writeAnew(client: ClusterClient, resource: Resource<KubernetesObject>, object: KubernetesObject, signal: AbortSignal): Promise<boolean> {
  const { name, namespace } = object.metadata;
  for (let present: KubernetesObject | undefined = object; present; ) {
    try {
      await client.replace(resource, { ...present, apiVersion: `${resource.group}/${resource.version}`, kind: resource.kind }, { signal });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      if (!isConflict(error)) throw error;
      // Whoever wrote meanwhile has written it in the present version.
      present = await client.find(resource, { name, ...(namespace === undefined ? {} : { namespace }) }, { signal });
    }
  }
  return false;
}

/** In one line what a migration did. */
export const migrationLine = ({ definition, version, written, kept }: Migration): string =>
  `${definition}: ${written} written anew as ${version}${kept.length === 0 ? '; no other version is stored any more' : ''}`;

/** What is to be done about objects that were kept. */
export const keptLines = ({ definition, version, kept }: Migration): string[] =>
  kept.length === 0 ? [] : [`${definition}: these would lose fields that ${version} does not have, and stay as they were stored. Take the fields out, then run serin migrate:`, ...kept.map((each) => `  ${each}`)];
