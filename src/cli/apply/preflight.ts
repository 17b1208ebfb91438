import { isForbidden, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { oamResources } from '../../frontends/kubevela/application.js';
import type { ControllerRevision } from '../../kubernetes/generated/apps-v1.js';
import { apiVersionOf, type KubernetesObject, type Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { inReadingOrder, type ManifestProblem } from '../../manifests/problem.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import { GROUP, serinResources } from '../../model/resources.js';
import { nearestName } from '../../model/suggestion.js';
import { knownKinds } from '../manifests/known-kinds.js';
import { isArgo } from '../manifests/argo.js';
import { isApplication, lintObjects } from '../manifests/lint.js';
import { placed, type SourcedObject } from '../manifests/objects.js';
import type { ObjectSource } from '../manifests/surroundings.js';
import { argoObjects } from './argo-objects.js';
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
  const kinds = knownKinds();
  // What is wrong with an object of somebody else's kind is for the server to say.
  const sound = objects.map(({ object }) => object).filter((object) => kinds.check({ ...object }).length === 0);
  const sources = await sourcesFor(objects, (namespace) => plannedObjects(client, sound, namespace, { whole: sound.length === objects.length, signal }));
  const own = looked.map(({ addressed, sourced: each }) => ({ ...each, object: asPlanned(addressed?.object ?? each.object, sources) }));
  const records = await recordsFor(objects, context);
  const argo = await argoObjects(client, objects.map(({ object }) => object), sound, { whole: sound.length === objects.length, signal });
  const linted = lintObjects(own, (namespace) => sources.get(namespace) ?? unknownObjects, now, { revisions: (namespace) => records.get(namespace), argo });
  return { objects, problems: inReadingOrder([...looked.flatMap(({ problems }) => problems), ...missing, ...linted]) };
}

const isOurs = ({ apiVersion }: KubernetesObject): boolean => apiVersion.startsWith(`${GROUP}/`);

interface Look {
  readonly sourced: SourcedObject;
  readonly addressed?: Addressed;
  readonly problems: readonly ManifestProblem[];
}

async function address(sourced: SourcedObject, finder: KindFinder, defined: readonly Resource<KubernetesObject>[], context: PreflightContext): Promise<Look> {
  const { object, manifest } = sourced;
  const resource = (await finder.find(object)) ?? defined.find((each) => object.apiVersion === apiVersionOf(each) && object.kind === each.kind);
  const problem = (path: PolicyProblem['path'], text: string, remedy: string): Look => ({ sourced, problems: placed(manifest, [{ path, problem: text, remedy }]) });
  if (!resource) {
    if (isOurs(object) && Object.values(serinResources).some(({ kind }) => kind === object.kind)) return problem(['kind'], `the cluster does not know ${object.kind} of ${object.apiVersion}.`, 'Put Serin on it first: serin install.');
    const frontend = isArgo(object) ? 'argo' : isApplication(object) ? 'kubevela' : undefined;
    if (frontend !== undefined) return problem(['kind'], `the cluster does not know ${object.kind} of ${object.apiVersion}.`, `Let Serin read it: serin install --frontends=${frontend}.`);
    const kinds = (await finder.kindsOf(object.apiVersion)).map(({ kind }) => kind);
    const meant = nearestName(object.kind, kinds);
    return problem(['kind'], `the cluster does not know ${object.kind} of ${object.apiVersion}.`, meant === undefined ? 'Correct apiVersion and kind, or apply its CustomResourceDefinition first.' : `Did you mean ${meant}?`);
  }
  if (!resource.namespaced) return { sourced, addressed: { ...sourced, resource }, problems: [] };
  const own = object.metadata.namespace;
  if (own !== undefined && context.namespaceGiven && own !== context.namespace) return problem(['metadata', 'namespace'], `is ${own}, but the command says -n ${context.namespace}.`, 'Leave out one of the two.');
  return { sourced, addressed: { ...sourced, resource, object: { ...object, metadata: { ...object.metadata, namespace: own ?? context.namespace } } }, problems: [] };
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

/** Revisions of components, where there are Applications; not of a namespace in which the caller may not see them. */
async function recordsFor(objects: readonly Addressed[], { client, signal }: PreflightContext): Promise<Map<string, ControllerRevision[]>> {
  const namespaces = [...new Set(objects.filter(({ resource }) => isOf(resource, oamResources.applications)).map(({ object }) => object.metadata.namespace ?? ''))];
  const found = await Promise.all(namespaces.map(async (namespace) => [namespace, await revisionsIn(client, namespace, signal)] as const));
  return new Map(found.flatMap(([namespace, revisions]) => (revisions === undefined ? [] : [[namespace, revisions]])));
}

async function revisionsIn(client: ClusterClient, namespace: string, signal: AbortSignal): Promise<ControllerRevision[] | undefined> {
  try {
    return (await client.list(resources.controllerRevisions, { namespace, signal })).items;
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return undefined;
    throw error;
  }
}

const isOf = (resource: Resource<KubernetesObject>, other: Resource<KubernetesObject>): boolean => resource.group === other.group && resource.kind === other.kind;

const unknownObjects: ObjectSource = { list: () => [], serves: () => true, holdsAll: () => false, complete: () => false };

/** A policy with what the cluster knows of it already: its stable version, and whether a release is under way. */
function asPlanned(object: KubernetesObject, sources: ReadonlyMap<string, ObjectSource>): KubernetesObject {
  if (object.kind !== serinResources.releasePolicies.kind) return object;
  const policies = sources.get(object.metadata.namespace ?? '')?.list(serinResources.releasePolicies) ?? [];
  return policies.find(({ metadata }) => metadata.name === object.metadata.name) ?? object;
}
