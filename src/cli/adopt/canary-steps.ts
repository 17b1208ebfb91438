import { deletion, escaped, patch, write } from '../../controller/eject/actions.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { isOwnedBy, withoutOwner } from '../../kubernetes/owners.js';
import { resources } from '../../kubernetes/resources.js';
import { weightOf } from './canary-weight.js';
import { canaries, canaryIngresses, labelsToChange, namesOf, primaryOf, runsTheSame, servicesOf, targetOf, type CanaryView } from './canary-view.js';
import { podsOf, runningFully } from './deployments.js';
import { createRecords } from './records.js';
import { leadRoutesTo, routedServices } from './routes.js';
import { DRAIN } from './rollout-steps.js';
import { leadingTo } from './services.js';
import { first, nextAction, wait, type AdoptAction, type AdoptStep } from './step.js';

/** What comes next for a Canary, from what is there now; pure, and asked again after every step. */
export function nextCanaryAction(view: CanaryView): AdoptAction {
  const why = canaryRefusal(view);
  return why === undefined ? nextAction(canarySteps(view)) : { do: 'refuse', why };
}

/** Why a Canary may not be taken over as it stands; undefined when it may. */
export function canaryRefusal(view: CanaryView): string | undefined {
  const { canary, policy, around } = view;
  const { name = '' } = canary.metadata;
  const { phase = '' } = canary.status ?? {};
  const { deployment, primary } = namesOf(canary);
  if (policy && primaryRuns(view)) return `there is a ReleasePolicy ${name} already, while Deployment ${primary} still runs. Delete the policy, or give it another name, and ask again.`;
  if (phase !== 'Succeeded' && phase !== 'Initialized') return `Canary ${name} is ${phase === '' ? 'not initialised' : phase}. Start Flagger again, let the analysis end until the Canary is Succeeded or Initialized, stop Flagger, and ask again.`;
  const target = targetOf(view);
  if (!target) return `there is no Deployment ${deployment}, which Canary ${name} names.`;
  const copy = primaryOf(view);
  if (!copy) return policy ? undefined : `there is no Deployment ${primary}: nothing serves that could be taken over.`;
  if (!runsTheSame(target, copy)) return `Deployment ${deployment} asks for other Pods than ${primary} runs: it was changed after Flagger was stopped. Put its template back, or let Flagger finish the update first.`;
  const loaded = canaryIngresses(view).find((ingress) => weightOf(ingress) > 0);
  if (loaded) return `Ingress ${loaded.metadata.name} still leads requests to the canary. Let the analysis of Canary ${name} end first.`;
  if (around.services.every(({ metadata }) => metadata.name !== namesOf(canary).service)) return `there is no Service ${namesOf(canary).service}, which Canary ${name} steers.`;
  return undefined;
}

/** All steps from a Canary to a policy, in order. */
export function canarySteps(view: CanaryView): AdoptStep[] {
  const { canary, around, wanted, policy, namespace } = view;
  const { name = '' } = canary.metadata;
  const { deployment, primary, service, services } = namesOf(canary);
  const copy = primaryOf(view);
  const target = targetOf(view);
  // What it was scaled to while it served; once it is at 0 the Deployment has been brought up.
  const replicas = copy?.spec.replicas ?? 0;
  const led = servicesOf(view);
  const records = createRecords(wanted, policy, []);
  const last: AdoptStep[] = [
    { title: `what stays (Service ${service}, routes) does not belong to the Canary any more`, next: () => disown(view) },
    records,
    { title: `Canary ${name} is deleted, with ${primary} and the Services ${services.join(', ')}`, next: () => remove(view) },
  ];
  if (!target || (policy && !primaryRuns(view))) return last;
  return [
    { title: `Deployment ${deployment} runs the Pods of ${primary}`, next: () => runningFully(target, replicas, around) },
    { title: `${led.map(({ metadata }) => metadata.name).join(', ')} lead to Deployment ${deployment}`, next: () => first(led, (each) => {
      const operations = labelsToChange(each, copy, target).map(([key, value]) => ({ op: 'replace', path: `/spec/selector/${escaped(key)}`, value }));
      return operations.length === 0 ? undefined : write(`Service ${each.metadata.name} leads to Deployment ${deployment}`, patch(resources.services, each, ...operations));
    }) ?? first(led, (each) => leadingTo(each, target, around, true)) },
    { title: `routes lead to Service ${service}, and the canary Ingress is gone`, next: () => leadRoutesTo({ service, versions: services, subsets: [], namespace }, around) ?? first(canaryIngresses(view), (ingress) => write(`Ingress ${ingress.metadata.name} is deleted`, deletion(resources.ingresses, ingress))) },
    { title: `requests under way have ${DRAIN / 1000} s to end`, next: () => (primaryRuns(view) && around.waited('drained') < DRAIN ? wait(`requests under way to end: ${DRAIN / 1000} s.`) : undefined) },
    { title: `Deployment ${primary} has no Pods`, next: () => emptied(view) },
    ...last,
  ];
}

const primaryPods = (view: CanaryView): number => {
  const copy = primaryOf(view);
  return copy ? podsOf(view.around.replicaSets.filter((each) => isOwnedBy(each, copy)), view.around).length : 0;
};

const primaryRuns = (view: CanaryView): boolean => (primaryOf(view)?.spec.replicas ?? 0) > 0 || primaryPods(view) > 0;

function emptied(view: CanaryView): AdoptAction | undefined {
  const copy = primaryOf(view);
  if (!copy) return undefined;
  if ((copy.spec.replicas ?? 1) > 0) return write(`Deployment ${copy.metadata.name} goes to 0`, patch(resources.deployments, copy, { op: 'add', path: '/spec/replicas', value: 0 }));
  return primaryPods(view) > 0 ? wait(`the Pods of Deployment ${copy.metadata.name} to end.`) : undefined;
}

/** What is kept leaves the Canary, whose deletion would take it along: the Service that clients use, routes, and Services that others lead to. */
function disown(view: CanaryView): AdoptAction | undefined {
  const { canary, around, namespace } = view;
  const { service, services, primary } = namesOf(canary);
  const isOurs = (object: KubernetesObject): boolean => isOwnedBy(object, canary);
  const used = routedServices(around, namespace, () => true);
  const kept: (readonly [Resource<KubernetesObject>, KubernetesObject])[] = [
    ...around.services.filter(({ metadata }) => metadata.name === service || (services.includes(metadata.name) && used.has(metadata.name))).map((object) => [resources.services, object] as const),
    ...around.virtualServices.map((object) => [resources.virtualServices, object] as const),
    ...around.routes.map((object) => [object.kind === 'GRPCRoute' ? resources.grpcRoutes : resources.httpRoutes, object] as const),
    // Those are Flagger's copies and go; other Deployments never belong to a Canary.
    ...around.deployments.filter(({ metadata }) => metadata.name !== primary).map((object) => [resources.deployments, object] as const),
  ];
  return first(kept.filter(([, object]) => isOurs(object)), ([resource, object]) => {
    const left = withoutOwner(object.metadata.ownerReferences, canary.metadata.uid ?? '');
    return write(`${object.kind} ${object.metadata.name} stays when the Canary goes`, patch(resource, object, left.length === 0 ? { op: 'remove', path: '/metadata/ownerReferences' } : { op: 'replace', path: '/metadata/ownerReferences', value: left }));
  });
}

/** Flagger's finalizer waits for Flagger. */
function remove({ canary }: CanaryView): AdoptAction {
  const object = { ...canary, metadata: { ...canary.metadata, name: canary.metadata.name ?? '' } };
  const own = (canary.metadata.finalizers ?? []).filter((each) => each.includes('flagger.app'));
  if (own.length > 0) return write(`Canary ${object.metadata.name} waits for Flagger no more`, patch(canaries, object, { op: 'replace', path: '/metadata/finalizers', value: (canary.metadata.finalizers ?? []).filter((each) => !own.includes(each)) }));
  if (canary.metadata.deletionTimestamp !== undefined) return wait(`Canary ${object.metadata.name} to go.`);
  return write(`Canary ${object.metadata.name} is deleted, with what Flagger made`, deletion(canaries, object));
}
