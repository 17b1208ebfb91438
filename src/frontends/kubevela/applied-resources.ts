import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { rolloutResource } from './rollout-object.js';
import type { AppliedResource } from './status.js';

/** An object that is no longer asked for. */
export interface Removal {
  readonly resource: Resource<KubernetesObject>;
  readonly name: string;
}

/** What of an Application is listed in its status, and removed when it is no longer asked for. */
const listed: readonly Resource<KubernetesObject>[] = [
  resources.deployments, resources.services, resources.gateways, resources.virtualServices, resources.destinationRules, serinResources.releasePolicies, rolloutResource,
];

/** Records hold what may be gone back to; they stay. */
const isListed = ({ kind, apiVersion }: KubernetesObject): boolean => listed.some((each) => each.kind === kind && apiVersion.startsWith(`${each.group === '' ? '' : `${each.group}/`}`));

const keyOf = ({ kind, apiVersion, name }: AppliedResource): string => `${kind ?? ''}.${apiVersion?.split('/', 1)[0] ?? ''}/${name ?? ''}`;

/**
 * What the status lists, and what is removed. What is no longer asked for when a run has succeeded is marked, and removed in
 * every pass until another run begins: so it goes whatever happens to one of them.
 * @param state of the run: whether it begins in this pass, and whether everything that is asked for is among `wanted`
 * @param serving Deployments that stay although nobody asks for them
 */
export function appliedResources(
  before: readonly AppliedResource[], wanted: readonly KubernetesObject[], { begins, complete }: { readonly begins: boolean; readonly complete: boolean }, serving: ReadonlySet<string>,
): { readonly listed: AppliedResource[]; readonly remove: Removal[] } {
  const now = wanted.filter(isListed).map(({ apiVersion, kind, metadata: { name, namespace } }): AppliedResource => ({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }), creator: 'workflow' }));
  const keys = new Set(now.map(keyOf));
  const others = before.filter((each) => !keys.has(keyOf(each)) && !(begins && each.deleted === true));
  const isKept = ({ kind, name }: AppliedResource): boolean => !complete || (kind === 'Deployment' && serving.has(name ?? ''));
  const unwanted = others.filter((each) => !isKept(each));
  return {
    listed: [...now, ...others.filter(isKept), ...unwanted.map((each) => ({ ...each, deleted: true }))],
    remove: unwanted.flatMap((each) => removalOf(each) ?? []),
  };
}

function removalOf({ kind, name, apiVersion = '' }: AppliedResource): Removal | undefined {
  const resource = listed.find((each) => each.kind === kind && (each.group === '' ? !apiVersion.includes('/') : apiVersion.startsWith(`${each.group}/`)));
  return resource === undefined || name === undefined ? undefined : { resource, name };
}
