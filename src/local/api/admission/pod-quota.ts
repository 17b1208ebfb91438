import type { Pod, ResourceQuota } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { quantityAsNumber } from '../../../kubernetes/quantity.js';
import { resources } from '../../../kubernetes/resources.js';
import { forbiddenStatus, type FailureStatus } from '../../../kubernetes/status.js';
import type { KindContext } from '../kinds/kind.js';

const quotas: Resource<ResourceQuota> = { group: '', version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true };

/** The answer when a namespace has no room for another Pod; of a quota only the number of Pods is held to. */
export function podQuotaRefusal(pod: KubernetesObject, context: KindContext): FailureStatus | undefined {
  const { name, namespace } = pod.metadata;
  if (namespace === undefined) return undefined;
  for (const quota of context.list(quotas, namespace).map(asQuota)) {
    for (const resource of ['count/pods', 'pods']) {
      const limit = quota.spec?.hard?.[resource];
      if (limit === undefined) continue;
      const pods = context.list(resources.pods, namespace).map(asPod);
      // Pods that have ended count as objects, but no longer as Pods.
      const used = resource === 'pods' ? pods.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded').length : pods.length;
      if (used + 1 > quantityAsNumber(limit)) {
        const why = `exceeded quota: ${quota.metadata.name}, requested: ${resource}=1, used: ${resource}=${used}, limited: ${resource}=${String(limit)}`;
        return forbiddenStatus(resources.pods, name, why);
      }
    }
  }
  return undefined;
}

/** What is listed as a kind has been stored as one. */
const asQuota = (object: KubernetesObject): ResourceQuota => object as ResourceQuota;
const asPod = (object: KubernetesObject): Pod => object as Pod;
