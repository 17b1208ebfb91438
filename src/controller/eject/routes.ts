import type { Release } from '../../model/release.js';
import { EPOCH_ANNOTATION } from '../../model/resources.js';
import { splitOf } from '../../model/split.js';
import { hashLabelOf, HASH_LABEL, ownLead, type Role, type VersionTarget } from '../../model/version.js';
import { configuredRouter } from '../../routers/registry.js';
import type { Claim, RouterContext, RoutingPlan } from '../../routers/router.js';
import { serviceNames } from '../service-names.js';
import { withoutAnnotation, write } from './actions.js';
import type { EjectAction, EjectView } from './view.js';

const claimsOf = ({ status }: Release): readonly Claim[] => status?.claims ?? [];

/** The next step until all users are with the stable version; matches, mirrors and previews go as well. */
export function leadToStable(view: EjectView, release: Release): EjectAction | undefined {
  // What was never claimed was never changed, and cannot be claimed any more.
  if (claimsOf(release).length === 0) return undefined;
  return routing(view, release, 'users go back to the stable version', (each) => each.router.write(each.config, splitOf(0), view.found, each.claims, each.context));
}

/**
 * The next step until routes are as they were found, without the last controller's stamp.
 * @param lead the version whose Service routes stay with, where each version has one of its own
 */
export function putRoutesBack(view: EjectView, release: Release, lead: Role): EjectAction | undefined {
  if (claimsOf(release).length === 0 && (release.status?.intent.routing ?? 'keep') === 'keep') return undefined;
  const put = routing(view, release, 'routes are put back as they were found', (each) => each.router.release(each.config, view.found, each.claims, { ...each.context, after: { lead } }));
  return put ?? removeStamps(view, release);
}

type Configured = ReturnType<typeof configuredRouter> & { readonly claims: readonly Claim[]; readonly context: RouterContext };

/** The next write or wait of a routing plan. */
function routing(view: EjectView, release: Release, says: string, planOf: (configured: Configured) => RoutingPlan): EjectAction | undefined {
  const { spec, status } = release;
  const written = status?.shares?.written;
  const plan = planOf({
    ...configuredRouter(spec.router),
    claims: claimsOf(release),
    context: {
      namespace: view.namespace, policy: spec.policy, ...serviceNames(spec, spec.policy), lastWritten: written && { shares: written },
      versions: { stable: target(view, release, spec.stable), canary: target(view, release, spec.canary) },
    },
  });
  const stage = plan.stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined);
  const [first] = stage?.writes ?? [];
  if (first) return write(`${first.resource.kind} ${first.action === 'create' ? first.object.metadata.name : first.name}: ${says}`, first);
  return stage?.waitsFor === undefined ? undefined : { do: 'wait', waitsFor: stage.waitsFor };
}

function target(view: EjectView, release: Release, { replicaSet, hash, ...version }: Release['spec']['stable']): VersionTarget {
  const hashLabel = hashLabelOf(release);
  const held = [...view.replicaSets, ...view.versions].find(({ object }) => object.metadata.name === replicaSet);
  return { hash, ...(hashLabel === HASH_LABEL ? {} : { hashLabel }), readyPods: held?.ready ?? 0, podLabels: { ...held?.object.spec.template?.metadata?.labels, [hashLabel]: hash }, ...ownLead(version) };
}

/** Takes the stamp of the last controller off the shared objects. */
function removeStamps(view: EjectView, release: Release): EjectAction | undefined {
  const { router } = configuredRouter(release.spec.router);
  for (const { kind, name, namespace } of claimsOf(release)) {
    const resource = router.watches.find((each) => each.kind === kind);
    const object = resource && view.found.get(resource, name, namespace)?.object;
    if (!resource || object?.metadata.annotations?.[EPOCH_ANNOTATION] === undefined) continue;
    return write(`${kind} ${name} loses the controller's stamp`, withoutAnnotation(resource, object, EPOCH_ANNOTATION));
  }
  return undefined;
}
