import { controllerOf, controllerReference } from '../../kubernetes/owners.js';
import { withoutHash } from '../../kubernetes/pod-template.js';
import { resources } from '../../kubernetes/resources.js';
import { API_VERSION, FINALIZER, POLICY_LABEL, serinResources } from '../../model/resources.js';
import { isSetApart, labelsAtHome } from '../set-apart.js';
import { deletion, escaped, patch, write } from './actions.js';
import { removeRecords } from './records.js';
import { takeBack } from './take-back.js';
import { movingRelease, servingReplicaSet, wouldRoll, type EjectAction, type EjectView } from './view.js';

export interface EjectOptions {
  /** Puts the template of the version that users have back into the Deployment first. */
  readonly restoreTemplate: boolean;
}

/** How long a release under way is left to a controller that may be there, in milliseconds. */
const PATIENCE = { answering: 5_000, working: 15_000 } as const;

/**
 * The next step out, from what is there now: the release under way taken back, routes, owners, pausing, then labels,
 * finalizers and Serin's own objects. Pure; asked again after every step, so that it may be stopped and started at any
 * moment, also beside a controller.
 */
export function nextEjectAction(view: EjectView, { restoreTemplate }: EjectOptions): EjectAction {
  const { policy, deployment } = view;
  if (policy?.spec.workload.inline) return { do: 'refuse', why: `policy ${view.name} runs its workload itself, which would end with it. Bring the Pods up as a Deployment first, then delete the policy.` };
  if (wouldRoll(view)) {
    const template = servingReplicaSet(view)?.object.spec.template;
    if (!restoreTemplate || !deployment || !template) return { do: 'refuse', why: refusal(view) };
    return write(`Deployment ${deployment.metadata.name}: the template of the version that users have is put back`, patch(resources.deployments, deployment, { op: 'replace', path: '/spec/template', value: withoutHash(template) }));
  }
  // A policy that is being deleted is one that a running controller lets go of, too, instead of taking everything again.
  if (policy && policy.metadata.deletionTimestamp === undefined && policy.metadata.finalizers?.includes(FINALIZER)) {
    return write(`ReleasePolicy ${view.name} is deleted`, deletion(serinResources.releasePolicies, policy));
  }
  const moving = movingRelease(view);
  if (moving) {
    const working = ['Aborting', 'LettingGo', 'HandingOver'].includes(moving.status?.phase ?? '');
    if (view.quiet < (working ? PATIENCE.working : PATIENCE.answering)) return { do: 'wait', waitsFor: `the controller to end release ${moving.metadata.name}: ${moving.status?.message ?? 'it has not answered yet.'}` };
    const action = takeBack(view, moving);
    if (action) return action;
  }
  return returnOwners(view) ?? unpause(view) ?? removeLabel(view) ?? removeRecords(view) ?? { do: 'done' };
}

function refusal(view: EjectView): string {
  const moving = movingRelease(view);
  const { deployment, policy } = view;
  const version = moving?.spec.canary.replicaSet ?? policy?.status?.rejected?.replicaSet;
  const what = moving ? `${version ?? 'a version'}, which is still on trial` : policy?.status?.rejected ? `${version ?? 'a version'}, which was taken back (${policy.status.rejected.reason})` : 'a version that no release has tried';
  return `Deployment ${deployment?.metadata.name ?? ''} asks for ${what}; let go, it would roll it out to everybody. Set its template back yourself, or let that be done: serin eject ${view.name} --restore-template.`;
}

/** ReplicaSets go back to the Deployment: the one that serves first, then the others, which have no Pods. */
function returnOwners(view: EjectView): EjectAction | undefined {
  const { deployment } = view;
  if (!deployment) return undefined;
  const serving = servingReplicaSet(view);
  const ordered = [...view.replicaSets].sort((a, b) => Number(b === serving) - Number(a === serving));
  for (const { object } of ordered) {
    const controller = controllerOf(object);
    if (controller ? controller.apiVersion !== API_VERSION : !isSetApart(object)) continue;
    const body = { metadata: { resourceVersion: object.metadata.resourceVersion, ownerReferences: [controllerReference(deployment)], labels: labelsAtHome(object) } };
    return write(`ReplicaSet ${object.metadata.name} goes back to Deployment ${deployment.metadata.name}`, { action: 'patch', resource: resources.replicaSets, name: object.metadata.name, patchKind: 'merge', patch: body, resourceVersion: object.metadata.resourceVersion ?? '' });
  }
  return undefined;
}

function unpause({ deployment, policy, releases, name, foundPaused }: EjectView): EjectAction | undefined {
  const ours = policy !== undefined || releases.length > 0 || deployment?.metadata.labels?.[POLICY_LABEL] === name;
  if (!deployment || deployment.spec.paused !== true || !ours || foundPaused) return undefined;
  const observed = (deployment.status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
  if (!observed) return { do: 'wait', waitsFor: 'the Deployment controller to take notice.' };
  return write(`Deployment ${deployment.metadata.name} is not paused any more`, patch(resources.deployments, deployment, { op: 'remove', path: '/spec/paused' }));
}

function removeLabel({ deployment, name }: EjectView): EjectAction | undefined {
  if (deployment?.metadata.labels?.[POLICY_LABEL] !== name) return undefined;
  return write(`Deployment ${deployment.metadata.name} loses its label ${POLICY_LABEL}`, patch(resources.deployments, deployment, { op: 'remove', path: `/metadata/labels/${escaped(POLICY_LABEL)}` }));
}
