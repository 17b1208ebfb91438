import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import { seen, type ClusterFacts } from './facts.js';
import { findingsOf, type Finding } from './finding.js';

/** Whether a controller runs and leads. @param own the version of this command */
export function checkController({ controllers, leaders }: Pick<ClusterFacts, 'controllers' | 'leaders'>, own: string): Finding[] {
  const { ok, warn, fail } = findingsOf('controller');
  const deployments = seen(controllers).map((each) => checkDeployment(each, own));
  if (controllers === 'forbidden') deployments.push(warn('You may not list Deployments, so nothing can be said of its Pods.', 'Ask somebody who may.'));
  if (leaders === 'forbidden') return [...deployments, warn('You may not list Leases, so it cannot be seen whether one leads.', 'Ask somebody who may.')];
  const alive = seen(leaders).filter((each) => each.alive);
  if (alive.length > 0) return [...deployments, ...alive.map(({ lease }) => ok(`${lease.spec?.holderIdentity ?? ''} leads, by Lease ${lease.metadata.namespace ?? ''}/${lease.metadata.name}.`))];
  const [stale] = seen(leaders).filter(({ lease }) => (lease.spec?.holderIdentity ?? '') !== '');
  if (stale) {
    const { metadata: { namespace = '' }, spec } = stale.lease;
    return [...deployments, fail(`No controller leads: ${spec?.holderIdentity ?? ''} has not been heard of since ${spec?.renewTime ?? 'ever'}.`, `kubectl -n ${namespace} get pods and logs say why; no release goes on until one leads.`)];
  }
  return [...deployments, fail('No controller leads.', seen(controllers).length === 0 ? 'serin install puts one on the cluster.' : 'Its Pods say why: kubectl describe, kubectl logs.')];
}

function checkDeployment({ metadata, spec, status }: Deployment, own: string): Finding {
  const { ok, warn, fail } = findingsOf('controller');
  const name = `Deployment ${metadata.namespace ?? ''}/${metadata.name}`;
  const [wanted, ready] = [spec.replicas ?? 1, status?.readyReplicas ?? 0];
  const version = metadata.labels?.['app.kubernetes.io/version'];
  if (wanted === 0) return fail(`${name} is scaled to 0.`, `kubectl -n ${metadata.namespace ?? ''} scale deployment ${metadata.name} --replicas=2`);
  if (ready === 0) return fail(`${name}: no Pod of ${wanted} is ready.`, `kubectl -n ${metadata.namespace ?? ''} describe pods`);
  if (ready < wanted) return warn(`${name}: ${ready} of ${wanted} Pods are ready.`, `kubectl -n ${metadata.namespace ?? ''} describe pods`);
  if (version !== undefined && version !== own) return warn(`${name} is of version ${version}, this command of ${own}.`, 'Use the command of the version that runs, or serin install.');
  return ok(`${name}: ${ready} of ${wanted} Pods are ready.`);
}
