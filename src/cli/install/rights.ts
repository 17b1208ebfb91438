import type { ClusterClient } from '../../cluster/client.js';
import type { SelfSubjectAccessReview } from '../../kubernetes/generated/authorization-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';

const reviews: Resource<SelfSubjectAccessReview> = { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', namespaced: false };

/** Something that is to be done. */
export interface Deed {
  readonly verb: 'create' | 'patch' | 'delete' | 'list';
  readonly resource: Resource<KubernetesObject>;
  readonly namespace?: string;
}

/** Which of these deeds the API server would refuse to whoever asks, in words, each once. */
export async function missingRights(client: ClusterClient, deeds: readonly Deed[], signal: AbortSignal): Promise<string[]> {
  const each = [...new Map(deeds.map((deed) => [inWords(deed), deed])).values()];
  const answers = await Promise.all(each.map(async (deed) => ((await isAllowed(client, deed, signal)) ? [] : [inWords(deed)])));
  return answers.flat();
}

const inWords = ({ verb, resource: { plural, group }, namespace }: Deed): string => `${verb} ${plural}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;

async function isAllowed(client: ClusterClient, { verb, resource: { group, version, plural }, namespace }: Deed, signal: AbortSignal): Promise<boolean> {
  const { status } = await client.create(reviews, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: { resourceAttributes: { verb, group, version, resource: plural, ...(namespace === undefined ? {} : { namespace }) } },
  } as SelfSubjectAccessReview, { signal });
  return status?.allowed === true;
}
