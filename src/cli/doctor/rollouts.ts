import { argoController } from '../../controller/argo/argo-controller.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { plural } from '../output/quantities.js';
import { seen, type ClusterFacts } from './facts.js';
import { findingsOf, type Finding } from './finding.js';

/** Whether somebody looks after the Rollouts of Argo that are on the cluster, and no more than one. */
export function checkRollouts({ rollouts, argoLeaders, controllers }: Pick<ClusterFacts, 'rollouts' | 'argoLeaders' | 'controllers'>): Finding[] {
  const all = seen(rollouts);
  if (all.length === 0) return [];
  const { ok, warn, fail } = findingsOf('Rollouts');
  const theirs = plural(all.length, 'Rollout');
  const isServed = seen(controllers).some(servesArgo) || all.some(isWrittenByUs);
  const other = seen(argoLeaders).find(({ alive }) => alive);
  if (other && isServed) {
    const { metadata: { namespace = '', name }, spec } = other.lease;
    return [fail(`${argoController.title} holds Lease ${namespace}/${name} (${spec?.holderIdentity ?? ''}), so Serin leaves ${theirs} alone.`, `Stop one of them: kubectl -n ${namespace} scale deployment argo-rollouts --replicas=0, or Serin without --frontends=argo.`)];
  }
  if (isServed) return [ok(`Serin looks after ${theirs}.`)];
  if (other) return [ok(`${argoController.title} looks after ${theirs}; Serin does not.`)];
  return [warn(`Nobody looks after ${theirs}: Serin is not told to, and no controller holds a Lease ${argoController.leases.namespace}/argo-rollouts-controller-lock.`, 'serin install --frontends=argo, or start the controller of Argo Rollouts.')];
}

function servesArgo({ spec }: { readonly spec: { readonly template: { readonly spec?: { readonly containers: readonly { readonly args?: readonly string[] }[] } } } }): boolean {
  return (spec.template.spec?.containers ?? []).some(({ args = [] }) => args.some((arg) => /^--frontends=(.*,)?argo(,|$)/.test(arg)));
}

/** Where the controller is no Deployment, as on the local cluster. */
const isWrittenByUs = ({ metadata }: KubernetesObject): boolean => (metadata.managedFields ?? []).some(({ manager, subresource }) => manager === 'serin' && subresource === 'status');
