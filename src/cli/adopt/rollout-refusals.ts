import { isControlledBy } from '../../kubernetes/owners.js';
import { deepEqual } from '../../kubernetes/json.js';
import { equalTemplates } from '../../kubernetes/pod-template.js';
import { hashOfReplicaSet, withHash } from '../../frontends/argo/rollouts/labels.js';
import { replicaSetOf } from '../../frontends/argo/rollouts/replica-set.js';
import { ROLLOUTS_HASH_LABEL } from '../../frontends/argo/pod-template-hash.js';
import { weightOf } from './canary-weight.js';
import { canaryIngresses, oldReplicaSets, runsStill, servicesOf, targetOf, templateOf, type RolloutView } from './rollout-view.js';

/** Why a Rollout may not be taken over as it stands; undefined when it may. */
export function rolloutRefusal(view: RolloutView): string | undefined {
  const { rollout, policy } = view;
  const { name = '' } = rollout.metadata;
  const title = `Rollout ${name}`;
  if (policy && isControlledBy(policy, rollout)) return `${title} is run by Serin itself, as a Rollout. To make a policy of its own of it, start Serin without --frontends=argo, run serin eject ${name}, and ask again.`;
  if (policy && runsStill(view)) return `there is a ReleasePolicy ${name} already, while ${title} still runs Pods. Delete the policy, or give it another name, and ask again.`;
  const { status = {} } = rollout;
  if (status.abort) return `${title} is aborted. Let it go back to its stable version first: set the old template again, and wait until it is Healthy.`;
  const { stableRS: stable = '', currentPodHash: current = '' } = status;
  if (stable === '' || stable !== current) return `an update of ${title} is under way. Start its controller again, let the update end (kubectl argo rollouts promote ${name} --full, or abort and undo), stop the controller, and ask again.`;
  const found = templateOf(view);
  if (!found) return `${title} has no Pod template that could be read; see serin lint.`;
  const own = oldReplicaSets(view);
  const running = withHash(own, stable);
  const asked = replicaSetOf(rollout, found.template, own);
  if (!running || (asked && hashOfReplicaSet(asked) !== stable) || !asked) return `${title} asks for another template than its Pods have: it was changed after its controller was stopped. Put the template of ReplicaSet ${running?.metadata.name ?? name} back, or let the controller finish the update first.`;
  const elsewhere = servicesOf(view).find(({ spec }) => ![undefined, stable].includes(spec?.selector?.[ROLLOUTS_HASH_LABEL]) && own.some((each) => hashOfReplicaSet(each) === spec?.selector?.[ROLLOUTS_HASH_LABEL]));
  if (elsewhere) return `Service ${elsewhere.metadata.name} leads to another version than the stable one: an update of ${title} is under way. Let it end first.`;
  const loaded = canaryIngresses(view).find((each) => weightOf(each) > 0);
  if (loaded) return `Ingress ${loaded.metadata.name} still leads requests to the canary: an update of ${title} is under way. Let it end first.`;
  if (!policy && policyElsewhere(view)) return policyElsewhere(view);
  const target = targetOf(view);
  if (target && !(equalTemplates(target.spec.template, found.template) && deepEqual(target.spec.selector, found.selector))) return `Deployment ${target.metadata.name} is there already, with other Pods. Rename or delete it, and ask again.`;
  return undefined;
}

function policyElsewhere({ rollout, wanted }: RolloutView): string | undefined {
  const far = wanted.policy.spec.router?.istio?.virtualServices?.find(({ namespace }) => namespace !== undefined);
  return far && `VirtualService ${far.namespace ?? ''}/${far.name} of Rollout ${rollout.metadata.name ?? ''} is in another namespace. Let its routes lead to Service ${wanted.policy.spec.service ?? ''} alone, take it out of the Rollout, and ask again.`;
}
