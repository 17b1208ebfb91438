import type { RoutingObservation } from '../engine/observation.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import type { Plan } from '../model/plan.js';
import type { Release, ReleaseStatus } from '../model/release.js';
import { EPOCH_ANNOTATION } from '../model/resources.js';
import { splitOfIntent } from '../model/split-of-intent.js';
import type { Role, VersionTarget } from '../model/version.js';
import { configuredRouter } from '../routers/registry.js';
import type { Claim, Found, Router, RouterContext, RoutingPlan, RoutingState, RoutingWrite } from '../routers/router.js';
import type { Informer } from '../cluster/informer.js';
import type { ControllerContext } from './context.js';
import { serviceNames } from './service-names.js';
import { remove, write, type WriteContext } from './writes.js';

/** A release's router with its configuration and everything it is asked about. */
export interface Routing {
  readonly router: Router;
  readonly config: unknown;
  readonly plan: Plan;
  readonly context: RouterContext;
  readonly found: Found;
  /** Answers of this pass, by what was asked: routers are pure, and a pass asks the same more than once. */
  readonly answers: Map<string, unknown>;
}

export function routingOf(release: Release, found: Found, versions: { stable: VersionTarget; canary: VersionTarget }): Routing {
  const { router, config } = configuredRouter(release.spec.router);
  const written = release.status?.shares?.written;
  return { router, config, plan: release.spec.plan, found, answers: new Map(), context: { namespace: release.metadata.namespace ?? '', policy: release.spec.policy, ...serviceNames(release.spec, release.spec.policy), versions, lastWritten: written && { shares: written } } };
}

const claimsOf = (status: ReleaseStatus | undefined): readonly Claim[] => status?.claims ?? [];

/** The way from what was found to the recorded intent; undefined where routes are to be left alone. */
export function routingPlan(routing: Routing, status: ReleaseStatus | undefined): RoutingPlan | undefined {
  const { router, config, context, found } = routing;
  const intent = status?.intent;
  if (intent === undefined || intent.routing === 'keep') return undefined;
  const split = splitOfIntent(intent, routing.plan, status?.phase ?? 'Preparing');
  return once(routing, `plan ${intent.routing} ${JSON.stringify(split)}`, status, () =>
    intent.routing === 'split' ? router.write(config, split, found, claimsOf(status), context) : router.release(config, found, claimsOf(status), { ...context, after: { lead: endingLead(status) } }),
  );
}

/** Whose Service routes stay with where each version has its own. */
const endingLead = (status: ReleaseStatus | undefined): Role => (status?.phase === 'HandingOver' || status?.phase === 'Completed' ? 'canary' : 'stable');

/** The answer of this pass to a question about these claims. */
function once<T>({ answers }: Routing, question: string, status: ReleaseStatus | undefined, ask: () => T): T {
  const key = `${question} ${JSON.stringify(claimsOf(status))}`;
  if (!answers.has(key)) answers.set(key, ask());
  return answers.get(key) as T;
}

/** How far routing is, for the intent on record. */
export function observeRouting(routing: Routing, status: ReleaseStatus | undefined): RoutingObservation {
  const plan = routingPlan(routing, status);
  const { router, config, found, context } = routing;
  const state: RoutingState =
    status?.intent.routing === 'split' ? once(routing, 'read', status, () => router.read(config, found, claimsOf(status), context)) : { written: undefined, accepted: undefined, problems: [] };
  const waiting = plan?.stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined);
  const problems = state.problems.filter(({ severity }) => severity !== 'warning');
  return { ...state, problems, reached: plan !== undefined && waiting === undefined, waitsFor: waiting && (waiting.waitsFor ?? waiting.name), waitsUntil: waiting?.waitsUntil };
}

/**
 * Does the next stage's writes. Objects that another epoch wrote last are stamped first, so that a controller that lost
 * its lease and does not know it yet is refused (409) when it writes from what it had read.
 * @param insisting whether to write again what somebody else overwrote
 * @returns the number of writes
 */
export async function applyRouting(context: ControllerContext, routing: Routing, status: ReleaseStatus, insisting = false): Promise<number> {
  const stage = routingPlan(routing, status)?.stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined);
  const namespace = routing.context.namespace;
  // Somebody else writes the same fields: say so (the engine does) and hold, instead of a war of writes.
  if (!insisting && observeRouting(routing, status).problems.length > 0) return 0;
  let count = await stampEpoch(context, routing, status);
  if (count > 0) return count;
  for (const each of stage?.writes ?? []) {
    await sendRouting(context, namespace, each);
    count++;
  }
  return count;
}

async function stampEpoch(context: ControllerContext, routing: Routing, status: ReleaseStatus): Promise<number> {
  const epoch = String(context.leadership.epoch());
  const others = stampedByOthers(context, routing, status);
  for (const { resource, object } of others) {
    await sendRouting(context, object.metadata.namespace ?? '', {
      action: 'patch', resource, name: object.metadata.name, patchKind: 'merge',
      patch: { metadata: { annotations: { [EPOCH_ANNOTATION]: epoch } } },
      resourceVersion: object.metadata.resourceVersion ?? '',
    });
  }
  return others.length;
}

/** Shared objects that are to have our stamp and do not. */
export function stampedByOthers(context: Pick<ControllerContext, 'leadership'>, { router, found }: Routing, status: ReleaseStatus): { resource: Resource<KubernetesObject>; object: KubernetesObject }[] {
  if (status.intent.routing !== 'split') return [];
  const epoch = String(context.leadership.epoch());
  return claimsOf(status).flatMap((claim) => {
    const resource = router.watches.find(({ kind }) => kind === claim.kind);
    const object = resource && found.get(resource, claim.name, claim.namespace)?.object;
    return resource && object && object.metadata.annotations?.[EPOCH_ANNOTATION] !== epoch ? [{ resource, object }] : [];
  });
}

/** Takes our stamp off the shared objects; the last thing before a release ends. @returns the number of writes */
export async function removeEpoch(context: ControllerContext, { router, found }: Routing, status: ReleaseStatus): Promise<number> {
  let count = 0;
  for (const claim of claimsOf(status)) {
    const resource = router.watches.find(({ kind }) => kind === claim.kind);
    const object = resource && found.get(resource, claim.name, claim.namespace)?.object;
    if (!resource || object?.metadata.annotations?.[EPOCH_ANNOTATION] === undefined) continue;
    const last = Object.keys(object.metadata.annotations).length === 1;
    await sendRouting(context, object.metadata.namespace ?? '', {
      action: 'patch', resource, name: claim.name, patchKind: 'merge',
      patch: { metadata: { annotations: last ? null : { [EPOCH_ANNOTATION]: null } } },
      resourceVersion: object.metadata.resourceVersion ?? '',
    });
    count++;
  }
  return count;
}

/** Does one write to a routing object. @param home the namespace of what says none */
export async function sendRouting(context: WriteContext & Pick<ControllerContext, 'caches'>, home: string, routingWrite: RoutingWrite): Promise<void> {
  const { resource } = routingWrite;
  const namespace = routingWrite.action === 'create' ? home : (routingWrite.namespace ?? home);
  const informer: Informer<KubernetesObject> | undefined = context.caches.routing(resource);
  const boundary = `routing.${resource.kind}.${routingWrite.action}`;
  switch (routingWrite.action) {
    case 'create':
      await write(context, boundary, informer, (client) => client.create(resource, routingWrite.object));
      return;
    case 'patch':
      await write(context, boundary, informer, (client) => client.patch(resource, { namespace, name: routingWrite.name }, { kind: routingWrite.patchKind, body: guarded(routingWrite) }));
      return;
    case 'delete': {
      const object = informer?.get({ namespace, name: routingWrite.name });
      if (!object) return;
      await remove(context, boundary, informer, object, (client) =>
        client.delete(resource as Resource<KubernetesObject>, { namespace, name: routingWrite.name }, { preconditions: { resourceVersion: routingWrite.resourceVersion } }),
      );
      return;
    }
  }
}

/** The patch, refused by the server with 409 when the object has changed since it was read. */
export function guarded({ patchKind, patch, resourceVersion }: Extract<RoutingWrite, { action: 'patch' }>): unknown {
  if (patchKind === 'json' && Array.isArray(patch)) return [{ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }, ...patch];
  if (typeof patch !== 'object' || patch === null) return patch;
  const metadata: unknown = Reflect.get(patch, 'metadata');
  return { ...patch, metadata: { ...(typeof metadata === 'object' ? metadata : {}), resourceVersion } };
}
