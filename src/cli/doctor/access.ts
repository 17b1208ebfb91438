import { ApiError } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { clusterRules, configRules, wholeClusterRules, workRules } from '../../controller/controller-rules.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { SelfSubjectAccessReview, SubjectAccessReview } from '../../kubernetes/generated/authorization-v1.js';
import type { PolicyRule } from '../../kubernetes/generated/rbac-v1.js';
import type { Resource } from '../../kubernetes/objects.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { GROUP } from '../../model/resources.js';
import { namedSecrets } from '../../strategies/analysis/checks.js';
import { unknownTemplates } from '../../strategies/analysis/templates.js';
import type { Rights } from './facts.js';

const REVIEWS = { group: 'authorization.k8s.io', version: 'v1', namespaced: false } as const;
const ownReviews: Resource<SelfSubjectAccessReview> = { ...REVIEWS, kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews' };
const reviews: Resource<SubjectAccessReview> = { ...REVIEWS, kind: 'SubjectAccessReview', plural: 'subjectaccessreviews' };

/** One thing that somebody wants to do, somewhere or in all namespaces. */
interface Deed {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

/** A ServiceAccount, and the one namespace that its controller watches, if it is one. */
export interface ControllerAccount {
  /** As in `serin-system/serin`. */
  readonly name: string;
  readonly user: string;
  readonly groups: string[];
  readonly watches?: string;
}

export function accountOf({ metadata, spec }: Deployment): ControllerAccount {
  const namespace = metadata.namespace ?? '';
  const account = spec.template.spec?.serviceAccountName ?? 'default';
  const watches = spec.template.spec?.containers.flatMap(({ args = [] }) => args).map((each) => /^--watch-namespace=(.+)$/.exec(each)?.[1]).find((each) => each !== undefined);
  return {
    name: `${namespace}/${account}`,
    user: `system:serviceaccount:${namespace}:${account}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    ...(watches === undefined ? {} : { watches }),
  };
}

/** What a person does with policies, releases and approvals. */
export async function callerRights(client: ClusterClient, namespace: string, signal: AbortSignal): Promise<Rights> {
  const own = (resource: string, ...verbs: readonly string[]): Deed[] => verbs.map((verb) => ({ verb, group: GROUP, resource, namespace }));
  const deeds = [...own('releasepolicies', 'get', 'list', 'watch', 'create', 'patch'), ...own('releases', 'get', 'list', 'watch', 'patch'), ...own('approvals', 'list', 'create')];
  return refusedOf(deeds, async ({ group, ...deed }) => {
    const { status } = await client.create(ownReviews, { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: { name: '' }, spec: { resourceAttributes: { group, ...deed } } } as SelfSubjectAccessReview, { signal });
    return status?.allowed === true;
  });
}

/** What a controller does, where it works; ConfigMaps and Secrets only where a policy watches them or its metrics name one. */
export async function controllerRights(client: ClusterClient, { user, groups, watches }: ControllerAccount, policies: readonly ReleasePolicy[], signal: AbortSignal): Promise<Rights> {
  const watching = policies.some(({ spec, metadata }) => (spec.watchConfig === true || namedSecrets(spec, unknownTemplates).length > 0) && (watches === undefined || metadata.namespace === watches));
  const deeds = [...deedsOf([...workRules, ...(watching ? configRules : [])], watches), ...deedsOf([...clusterRules, ...(watches === undefined ? wholeClusterRules : [])])];
  return refusedOf(deeds, async ({ group, ...deed }) => {
    const { status } = await client.create(reviews, { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: { name: '' }, spec: { user, groups, resourceAttributes: { group, ...deed } } } as SubjectAccessReview, { signal });
    return status?.allowed === true;
  });
}

function deedsOf(rules: readonly PolicyRule[], namespace?: string): Deed[] {
  return rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((name) => verbs.map((verb): Deed => {
      const [resource = '', subresource] = name.split('/');
      return { verb, group, resource, ...(subresource === undefined ? {} : { subresource }), ...(namespace === undefined ? {} : { namespace }) };
    }))),
  );
}

/** Questions under way at once. */
const AT_ONCE = 8;

/** Each refused verb with what it is refused for, the verbs of one resource together. */
async function refusedOf(deeds: readonly Deed[], isAllowed: (deed: Deed) => Promise<boolean>): Promise<Rights> {
  const refused = new Map<string, string[]>();
  try {
    for (let from = 0; from < deeds.length; from += AT_ONCE) {
      const some = deeds.slice(from, from + AT_ONCE);
      const answers = await Promise.all(some.map(isAllowed));
      for (const [index, deed] of some.entries()) if (answers[index] !== true) refused.set(titleOf(deed), [...(refused.get(titleOf(deed)) ?? []), deed.verb]);
    }
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return { refused: 'unknown' };
    throw error;
  }
  return { refused: [...refused].map(([what, verbs]) => `${[...new Set(verbs)].join(', ')} ${what}`) };
}

const titleOf = ({ resource, subresource, group, namespace }: Deed): string =>
  `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
