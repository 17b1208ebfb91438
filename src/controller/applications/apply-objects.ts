import { ApiError, isNotFound } from '../../cluster/api-error.js';
import type { Informer } from '../../cluster/informer.js';
import type { ApplicationDecision } from '../../frontends/kubevela/advance.js';
import type { Application } from '../../frontends/kubevela/application.js';
import { APP_NAME } from '../../frontends/kubevela/labels.js';
import { deepEqual, isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import { remove, write } from '../writes.js';
import { holds } from './applied-objects.js';
import { applicationOf, ownerKey, type ApplicationContext } from './context.js';
import { resourceOf } from './kinds.js';

const FIELD_MANAGER = 'serin';

/** Answers that say nothing about what was sent: somebody was faster, or there are too many requests. */
const PASSING: ReadonlySet<number> = new Set([409, 429]);

/** What the API server did not take, in a sentence: it is told, and tried again. */
export class ApplyRefused extends Error {
  override readonly name = 'ApplyRefused';
}

/** Applies what an Application is turned into, in order; what is so already is not written. @throws ApplyRefused */
export async function applyObjects(context: ApplicationContext, app: Application, { apply }: Pick<ApplicationDecision, 'apply'>): Promise<void> {
  const steered = steeredBy(context, app, apply);
  for (const wanted of apply) {
    try {
      await applyObject(context, app, wanted, steered);
    } catch (error) {
      if (!(error instanceof ApiError) || PASSING.has(error.code) || error.code >= 500) throw error;
      throw new ApplyRefused(`${wanted.kind} ${wanted.metadata.name}: ${error.status.message ?? error.message}`, { cause: error });
    }
  }
}

/** What policies of an Application write themselves. */
interface Steered {
  /** Names of VirtualServices whose routes they write. */
  readonly routes: ReadonlySet<string>;
  /** Names of Deployments whose size they write. */
  readonly deployments: ReadonlySet<string>;
}

function steeredBy(context: ApplicationContext, app: Application, wanted: readonly KubernetesObject[]): Steered {
  const { namespace = '', name } = app.metadata;
  const known = context.caches.policies.list({ namespace }).filter((policy) => applicationOf(policy, APP_NAME) === name);
  const coming = wanted.filter(({ kind }) => kind === serinResources.releasePolicies.kind) as unknown as ReleasePolicy[];
  const policies = [...known, ...coming];
  return {
    routes: new Set(policies.flatMap(({ spec }) => (spec.router?.istio?.virtualServices ?? []).map((each) => each.name))),
    deployments: new Set(policies.flatMap(({ spec }) => (spec.workload.versions?.list ?? []).flatMap(({ deployment }) => deployment ?? []))),
  };
}

async function applyObject(context: ApplicationContext, app: Application, whole: KubernetesObject, steered: Steered): Promise<void> {
  const { namespace = '' } = app.metadata;
  const owner = ownerKey({ namespace, name: app.metadata.name });
  const resource = resourceOf(whole);
  const { status, ...given } = whole as KubernetesObject & { status?: unknown };
  const isSized = resource.kind === resources.deployments.kind && steered.deployments.has(given.metadata.name);
  const wanted = isSized ? withoutSize(given) : given;
  const informer = context.applications.of(resource);
  const found = informer?.get({ namespace, name: wanted.metadata.name });
  if (found && applicationOf(found, APP_NAME) !== app.metadata.name) {
    throw new ApplyRefused(`${wanted.kind} ${wanted.metadata.name} is there already and does not belong to this Application. Delete or rename it, or rename the component.`);
  }
  const isSteered = resource.kind === resources.virtualServices.kind && steered.routes.has(wanted.metadata.name);
  if (isSteered && found) await applyAroundRoutes(context, owner, resource, wanted, found);
  else if (isSized && !found && informer) {
    const answer = await write(context, 'application.apply', informer, (client) => client.create(resource, withSize(given), { fieldManager: FIELD_MANAGER }));
    context.applied.note(owner, wanted, answer);
  } else if (context.applied.isDue(owner, wanted, found, informer !== undefined)) {
    const answer = await write(context, 'application.apply', informer, (client) => client.apply(resource, wanted, { fieldManager: FIELD_MANAGER, force: true }));
    context.applied.note(owner, wanted, answer);
  }
  if (status !== undefined) await applyStatus(context, owner, resource, wanted, status, informer);
}

/**
 * A Deployment as it begins: without Pods unless it is told. Created and not applied: a size that was applied once, and is not wanted the
 * next time, would be set back to what the server takes for granted.
 */
const withSize = (given: KubernetesObject): KubernetesObject => ({ ...given, spec: { replicas: 0, ...specOf(given) } }) as KubernetesObject;

/** Once it is there its size is the policy's. */
function withoutSize(given: KubernetesObject): KubernetesObject {
  const { replicas: _, ...spec } = specOf(given);
  return { ...given, spec } as KubernetesObject;
}

function specOf(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const spec: unknown = Reflect.get(object, 'spec');
  return isRecord(spec) ? spec : {};
}

/** Where a policy steers the routes, they stay as its router wrote them; all else is as it is wanted. */
async function applyAroundRoutes(context: ApplicationContext, owner: string, resource: Resource<KubernetesObject>, wanted: KubernetesObject, found: KubernetesObject): Promise<void> {
  const around = { ...wanted, spec: { ...specOf(wanted), http: specOf(found)['http'] } };
  if (holds(found, around)) return;
  // Guarded: the routes may be others by now.
  const guarded = { ...around, metadata: { ...wanted.metadata, resourceVersion: found.metadata.resourceVersion ?? '' } };
  const answer = await write(context, 'application.apply', context.applications.of(resource), (client) => client.apply(resource, guarded, { fieldManager: FIELD_MANAGER, force: true }));
  context.applied.note(owner, wanted, answer);
}

async function applyStatus(context: ApplicationContext, owner: string, resource: Resource<KubernetesObject>, { apiVersion, kind, metadata }: KubernetesObject, status: unknown, informer: Informer<KubernetesObject> | undefined): Promise<void> {
  const { name, namespace } = metadata;
  const found = informer?.get({ name, ...(namespace === undefined ? {} : { namespace }) });
  if (found && deepEqual(Reflect.get(found, 'status'), status)) return;
  const wanted = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, status };
  const key = `${owner} status`;
  if (!context.applied.isDue(key, wanted, found, false)) return;
  const answer = await write(context, 'application.apply', informer, (client) => client.apply(resource, wanted, { fieldManager: FIELD_MANAGER, force: true, subresource: 'status' }));
  context.applied.note(key, wanted, answer);
}

/** Deletes what an Application is no longer turned into. What belongs to others stays. */
export async function removeObjects(context: ApplicationContext, app: Application, { remove: unwanted }: Pick<ApplicationDecision, 'remove'>): Promise<void> {
  const { namespace = '' } = app.metadata;
  for (const { resource, name } of unwanted) {
    const informer = context.applications.of(resource);
    const found = informer ? informer.get({ namespace, name }) : await context.client.find(resource, { namespace, name });
    if (!found || found.metadata.deletionTimestamp !== undefined || applicationOf(found, APP_NAME) !== app.metadata.name) continue;
    const preconditions = found.metadata.uid === undefined ? {} : { preconditions: { uid: found.metadata.uid } };
    const isGone = (error: unknown): void => {
      if (!isNotFound(error)) throw error;
    };
    await remove(context, 'application.remove', informer, found, (client) => client.delete(resource, { namespace, name }, { propagationPolicy: 'Background', ...preconditions }).catch(isGone));
    context.applied.forget(ownerKey({ namespace, name: app.metadata.name }), found);
  }
}

/** Tells releases what the workflow wants of them; what they were told already is not told again. */
export async function tellReleases(context: ApplicationContext, app: Application, { commands }: Pick<ApplicationDecision, 'commands'>): Promise<void> {
  const { namespace = '' } = app.metadata;
  for (const { release: name, spec } of commands) {
    const release = context.caches.releases.get({ namespace, name });
    if (!release || holds(release.spec, spec)) continue;
    await write(context, 'application.command', context.caches.releases, (client) => client.patch(serinResources.releases, { namespace, name }, { kind: 'merge', body: { spec } }));
  }
}
