import { deletion, escaped, patch, write } from '../../controller/eject/actions.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { Service } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { POD_TEMPLATE_HASH } from '../../kubernetes/pod-template.js';
import { MANAGED_BY } from '../../frontends/argo/checks/services.js';
import { ROLLOUTS_HASH_LABEL } from '../../frontends/argo/pod-template-hash.js';
import { argoResources } from '../../frontends/argo/resources.js';
import { replicasOf } from '../../frontends/argo/rollouts/template.js';
import { newestHash, runningFully, scales } from './deployments.js';
import { createRecords } from './records.js';
import { leadRoutesTo, type RouteChange } from './routes.js';
import { leadingTo, selecting } from './services.js';
import { first, nextAction, wait, type AdoptAction, type AdoptStep } from './step.js';
import { rolloutRefusal } from './rollout-refusals.js';
import { canaryIngresses, oldPods, oldReplicaSets, runsStill, servicesOf, targetName, targetOf, templateOf, type RolloutView } from './rollout-view.js';

/** How long Pods that no Service leads to any more are left running, in milliseconds: as Argo Rollouts does. */
export const DRAIN = 30_000;

/** What comes next for a Rollout, from what is there now; pure, and asked again after every step. */
export function nextRolloutAction(view: RolloutView): AdoptAction {
  const why = rolloutRefusal(view);
  return why === undefined ? nextAction(rolloutSteps(view)) : { do: 'refuse', why };
}

/** All steps from a Rollout to a policy, in order. At every one of them ready Pods stand behind the Services. */
export function rolloutSteps(view: RolloutView): AdoptStep[] {
  const { rollout, around, wanted, policy } = view;
  const { name = '' } = rollout.metadata;
  const deployed = targetName(rollout);
  const replicas = replicasOf(rollout);
  const services = servicesOf(view);
  const names = services.map(({ metadata }) => metadata.name).join(', ');
  const gone: AdoptStep = { title: `Rollout ${name} is deleted, with its ReplicaSets`, next: () => write(`Rollout ${name} is deleted, with its ReplicaSets`, deletion(argoResources.rollouts, rollout)) };
  // From here on a controller may look after the Deployment.
  if (policy && !runsStill(view)) return [createRecords(wanted, policy, view.metricTemplates), gone];
  const target = (then: (deployment: Deployment) => AdoptAction | undefined): AdoptAction | undefined => {
    const deployment = targetOf(view);
    return deployment && then(deployment);
  };
  const each = (ask: (service: Service, deployment: Deployment) => AdoptAction | undefined) => (): AdoptAction | undefined => target((deployment) => first(services, (service) => ask(service, deployment)));
  const whileRunning = (next: () => AdoptAction | undefined) => (): AdoptAction | undefined => (runsStill(view) ? next() : undefined);
  return [
    { title: `Deployment ${deployed} runs ${replicas} Pods of the stable version`, next: () => (targetOf(view) ? target((deployment) => runningFully(deployment, replicas, around)) : create(view)) },
    { title: `Autoscalers size Deployment ${deployed}`, next: () => rescale(view) },
    ...(services.length === 0 ? [] : [
      { title: `${names} select${services.length === 1 ? 's' : ''} old and new Pods`, next: each((service) => bothServe(service)) },
      { title: `the new Pods stand behind ${names}`, next: each((service, deployment) => leadingTo(service, deployment, around)) },
    ]),
    { title: 'routes lead to one Service, and the canary Ingress of the Rollout is gone', next: () => leadRoutesTo(routesOf(view), around) ?? first(canaryIngresses(view), (ingress) => write(`Ingress ${ingress.metadata.name} of the canary is deleted`, deletion(resources.ingresses, ingress))) },
    ...(services.length === 0 ? [] : [
      { title: `Deployment ${deployed} is paused, so that it runs one version`, next: whileRunning(() => target((deployment) => (deployment.spec.paused ? undefined : write(`Deployment ${deployed} is paused for now`, patch(resources.deployments, deployment, { op: 'add', path: '/spec/paused', value: true }))))) },
      { title: `${names} lead${services.length === 1 ? 's' : ''} to the new Pods alone`, next: whileRunning(() => each((service, deployment) => pinned(service, newestHash(deployment, around)))() ?? each((service, deployment) => leadingTo(service, deployment, around, true))()) },
      { title: `requests under way have ${DRAIN / 1000} s to end`, next: whileRunning(() => (around.waited('drained') < DRAIN ? wait(`requests under way to end: ${DRAIN / 1000} s.`) : undefined)) },
    ]),
    { title: 'the ReplicaSets of the Rollout have no Pods', next: () => emptied(view) },
    ...(services.length === 0 ? [] : [
      { title: `${names} select${services.length === 1 ? 's' : ''} as before, without a version`, next: each((service) => (service.spec?.selector?.[POD_TEMPLATE_HASH] === undefined ? undefined : selecting(service, POD_TEMPLATE_HASH, undefined, 'selects all Pods of the program'))) },
      { title: `Deployment ${deployed} is not paused any more`, next: () => target((deployment) => (deployment.spec.paused ? write(`Deployment ${deployed} is not paused any more`, patch(resources.deployments, deployment, { op: 'remove', path: '/spec/paused' })) : undefined)) },
    ]),
    { title: 'subsets of the versions are out of the DestinationRule', next: () => withoutSubsets(view) },
    createRecords(wanted, policy, view.metricTemplates),
    gone,
  ];
}

function create(view: RolloutView): AdoptAction {
  const { rollout } = view;
  const found = templateOf(view);
  if (!found) return { do: 'refuse', why: `Rollout ${rollout.metadata.name ?? ''} has no Pod template.` };
  const name = targetName(rollout);
  const { minReadySeconds, revisionHistoryLimit, progressDeadlineSeconds } = rollout.spec;
  const labels = found.template.metadata?.labels ?? {};
  const deployment: Deployment = {
    apiVersion: 'apps/v1', kind: 'Deployment',
    metadata: { name, namespace: view.namespace, labels: rollout.metadata.labels ?? labels },
    spec: {
      replicas: replicasOf(rollout), selector: found.selector, template: found.template,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }), ...(revisionHistoryLimit === undefined ? {} : { revisionHistoryLimit }), ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
    },
  };
  return write(`Deployment ${name} is created with ${replicasOf(rollout)} Pods of the stable version`, { action: 'create', resource: resources.deployments, object: deployment });
}

function rescale({ rollout, around }: RolloutView): AdoptAction | undefined {
  const { name = '' } = rollout.metadata;
  const value = { apiVersion: 'apps/v1', kind: 'Deployment', name: targetName(rollout) };
  return first(around.autoscalers.filter((autoscaler) => scales(autoscaler, 'Rollout', name)), (autoscaler) =>
    write(`HorizontalPodAutoscaler ${autoscaler.metadata.name} sizes Deployment ${value.name}`, patch(resources.horizontalPodAutoscalers, autoscaler, { op: 'replace', path: '/spec/scaleTargetRef', value })));
}

function bothServe(service: Service): AdoptAction | undefined {
  const { annotations = {}, name } = service.metadata;
  const operations = [
    ...(service.spec?.selector?.[ROLLOUTS_HASH_LABEL] === undefined ? [] : [{ op: 'remove', path: `/spec/selector/${escaped(ROLLOUTS_HASH_LABEL)}` }]),
    ...(annotations[MANAGED_BY] === undefined ? [] : [{ op: 'remove', path: `/metadata/annotations/${escaped(MANAGED_BY)}` }]),
  ];
  return operations.length === 0 ? undefined : write(`Service ${name} selects old and new Pods`, patch(resources.services, service, ...operations));
}

/** Leads a Service to the Pods of one version. */
function pinned(service: Service, hash: string | undefined): AdoptAction | undefined {
  if (hash === undefined) return wait('the ReplicaSet of the Deployment.');
  return service.spec?.selector?.[POD_TEMPLATE_HASH] === hash ? undefined : selecting(service, POD_TEMPLATE_HASH, hash, 'leads to the new Pods alone');
}

function emptied(view: RolloutView): AdoptAction | undefined {
  const running = oldReplicaSets(view).find(({ spec }) => (spec.replicas ?? 1) > 0);
  if (running) return write(`ReplicaSet ${running.metadata.name} of the Rollout goes to 0`, patch(resources.replicaSets, running, { op: 'add', path: '/spec/replicas', value: 0 }));
  const left = oldPods(view).length;
  return left === 0 ? undefined : wait(`the ${left === 1 ? 'last Pod' : 'Pods'} of the Rollout to end.`);
}

function routesOf({ rollout, namespace, wanted }: RolloutView): RouteChange {
  const { canary } = rollout.spec.strategy ?? {};
  const { destinationRule } = canary?.trafficRouting?.istio ?? {};
  const isSteered = canary?.trafficRouting !== undefined;
  return {
    service: wanted.policy.spec.service ?? '', namespace,
    versions: isSteered ? [canary?.stableService, canary?.canaryService, canary?.pingPong?.pingService, canary?.pingPong?.pongService].flatMap((service) => service ?? []).filter((service) => service !== wanted.policy.spec.service) : [],
    subsets: destinationRule ? [destinationRule.stableSubsetName, destinationRule.canarySubsetName] : [],
  };
}

function withoutSubsets({ rollout, around }: RolloutView): AdoptAction | undefined {
  const rule = rollout.spec.strategy?.canary?.trafficRouting?.istio?.destinationRule;
  const found = rule && around.destinationRules.find(({ metadata }) => metadata.name === rule.name);
  if (!found) return undefined;
  const subsets = found.spec?.subsets ?? [];
  const kept = subsets.filter(({ name }) => name !== rule.stableSubsetName && name !== rule.canarySubsetName);
  if (kept.length === subsets.length) return undefined;
  return write(`DestinationRule ${rule.name} has no subsets of versions any more`, patch(resources.destinationRules, found, kept.length === 0 ? { op: 'remove', path: '/spec/subsets' } : { op: 'replace', path: '/spec/subsets', value: kept }));
}

