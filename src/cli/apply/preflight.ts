import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { inReadingOrder, type ManifestProblem } from '../../manifests/problem.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import { GROUP, serinResources } from '../../model/resources.js';
import { nearestName } from '../../model/suggestion.js';
import { lintObjects } from '../manifests/lint.js';
import { placed, type SourcedObject } from '../manifests/objects.js';
import type { ObjectSource } from '../manifests/surroundings.js';
import { plannedObjects } from './cluster-objects.js';
import { createKindFinder, definedResources, type KindFinder } from './kind-finder.js';

/** An object, and where it goes. */
export interface Addressed extends SourcedObject {
  readonly resource: Resource<KubernetesObject>;
}

export interface Preflight {
  readonly objects: readonly Addressed[];
  readonly problems: readonly ManifestProblem[];
}

export interface PreflightContext {
  readonly client: ClusterClient;
  readonly signal: AbortSignal;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
  /** Whether the person named that namespace, so that others are a mistake. */
  readonly namespaceGiven: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Finds out where each object goes and everything that is known to fail, before anything is changed. */
export async function preflight(sourced: readonly SourcedObject[], context: PreflightContext): Promise<Preflight> {
  const { client, signal, now } = context;
  const finder = createKindFinder(client, signal);
  const defined = definedResources(sourced.map(({ object }) => object));
  const looked = await Promise.all(sourced.map((each) => address(each, finder, defined, context)));
  const objects = looked.flatMap(({ addressed }) => addressed ?? []);
  const known = new Set(objects.filter(({ object }) => object.kind === 'Namespace').map(({ object }) => object.metadata.name));
  const missing = await missingNamespaces(objects.filter(({ object }) => !known.has(object.metadata.namespace ?? '')), context);
  const plain = objects.map(({ object }) => object);
  const sources = await sourcesFor(objects, (namespace) => plannedObjects(client, plain, namespace, signal));
  const own = objects.map((each) => ({ ...each, object: withStatus(each.object, sources) }));
  const linted = lintObjects(own.length === sourced.length ? own : [...own, ...sourced.filter(({ object }) => isOurs(object) && !objects.some((each) => each.manifest.object === object))], (namespace) => sourceFor(sources, namespace), now);
  return { objects, problems: inReadingOrder([...looked.flatMap(({ problems }) => problems), ...missing, ...linted]) };
}

const isOurs = ({ apiVersion }: KubernetesObject): boolean => apiVersion.startsWith(`${GROUP}/`);

async function address(each: SourcedObject, finder: KindFinder, defined: readonly Resource<KubernetesObject>[], context: PreflightContext): Promise<{ addressed?: Addressed; problems: ManifestProblem[] }> {
  const { object, manifest } = each;
  const resource = (await finder.find(object)) ?? defined.find(({ group, version, kind }) => object.apiVersion === (group === '' ? version : `${group}/${version}`) && object.kind === kind);
  const problem = (path: PolicyProblem['path'], text: string, remedy: string): { problems: ManifestProblem[] } => ({ problems: placed(manifest, [{ path, problem: text, remedy }]) });
  if (!resource) {
    if (isOurs(object) && Object.values(serinResources).some(({ kind }) => kind === object.kind)) return problem(['kind'], `the cluster does not know ${object.kind} of ${object.apiVersion}.`, 'Put Serin on it first: serin controller --install.');
    const kinds = (await finder.kindsOf(object.apiVersion)).map(({ kind }) => kind);
    const meant = nearestName(object.kind, kinds);
    return problem(['kind'], `the cluster does not know ${object.kind} of ${object.apiVersion}.`, meant === undefined ? 'Correct apiVersion and kind, or apply its CustomResourceDefinition first.' : `Did you mean ${meant}?`);
  }
  if (!resource.namespaced) return { addressed: { ...each, resource }, problems: [] };
  const own = object.metadata.namespace;
  if (own !== undefined && context.namespaceGiven && own !== context.namespace) return problem(['metadata', 'namespace'], `is ${own}, but the command says -n ${context.namespace}.`, 'Leave out one of the two.');
  return { addressed: { ...each, resource, object: { ...object, metadata: { ...object.metadata, namespace: own ?? context.namespace } } }, problems: [] };
}

async function missingNamespaces(objects: readonly Addressed[], { client, signal }: PreflightContext): Promise<ManifestProblem[]> {
  const names = [...new Set(objects.flatMap(({ object, resource }) => (resource.namespaced ? (object.metadata.namespace ?? []) : [])))];
  const found = await Promise.all(names.map(async (name) => ((await client.find(resources.namespaces, { name }, { signal })) ? [] : [name])));
  const missing = new Set(found.flat());
  return objects
    .filter(({ object, resource }) => resource.namespaced && missing.has(object.metadata.namespace ?? ''))
    .flatMap(({ manifest, object }) => placed(manifest, [{ path: ['metadata', 'namespace'], problem: `there is no namespace ${object.metadata.namespace ?? ''}.`, remedy: `Create it (kubectl create namespace ${object.metadata.namespace ?? ''}), add it to the files, or correct the name.` }]));
}

async function sourcesFor(objects: readonly Addressed[], make: (namespace: string) => Promise<ObjectSource>): Promise<Map<string, ObjectSource>> {
  const namespaces = [...new Set(objects.filter(({ object }) => object.kind === serinResources.releasePolicies.kind && isOurs(object)).map(({ object }) => object.metadata.namespace ?? ''))];
  return new Map(await Promise.all(namespaces.map(async (namespace) => [namespace, await make(namespace)] as const)));
}

const nothing: ObjectSource = { list: () => [], serves: () => true, complete: () => false };
const sourceFor = (sources: ReadonlyMap<string, ObjectSource>, namespace: string): ObjectSource => sources.get(namespace) ?? nothing;

/** A policy with what the cluster knows of it already: its stable version, and whether a release is under way. */
function withStatus(object: KubernetesObject, sources: ReadonlyMap<string, ObjectSource>): KubernetesObject {
  if (object.kind !== serinResources.releasePolicies.kind || !isOurs(object)) return object;
  const planned = sourceFor(sources, object.metadata.namespace ?? '').list(serinResources.releasePolicies).find(({ metadata }) => metadata.name === object.metadata.name);
  return planned?.status === undefined ? withYoungest(object) : { ...withYoungest(object, planned.metadata.creationTimestamp), status: planned.status } as KubernetesObject;
}

function withYoungest(object: KubernetesObject, creationTimestamp = '9999-12-31T23:59:59Z'): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, creationTimestamp } };
}
