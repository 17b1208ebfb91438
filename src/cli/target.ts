import { ApiError, isForbidden, isNotFound } from '../cluster/api-error.js';
import type { ClusterClient } from '../cluster/client.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import type { Rollout } from '../frontends/argo/kinds/rollout.js';
import { argoResources } from '../frontends/argo/resources.js';
import { controllerOf, isControlledBy } from '../kubernetes/owners.js';
import type { Release } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { serinResources } from '../model/resources.js';
import { nearestName } from '../model/suggestion.js';
import type { Connection } from './connection.js';
import { CliError } from './errors.js';

/** What `POLICY|RELEASE` means: a policy with its last release, or one release with its policy; `rollout/x` means the policy that an Argo Rollout was turned into. */
export interface Target {
  readonly kind: 'policy' | 'release';
  readonly namespace: string;
  readonly name: string;
  readonly policy: ReleasePolicy | undefined;
  readonly release: Release | undefined;
  /** The Rollout that the policy was made for; told what is to be done in the policy's place. */
  readonly rollout?: Rollout;
}

type Place = Pick<Connection, 'client' | 'namespace'>;

/**
 * Finds what a name means: a policy, else a release; `policy/x`, `release/x` and `rollout/x` say which.
 * @throws CliError when there is neither, or the cluster does not know Serin's kinds
 */
export async function findTarget({ client, namespace }: Place, text: string, signal: AbortSignal): Promise<Target> {
  const { kind, name } = parseTarget(text);
  if (kind === 'rollout') return targetOf(client, await policyOfRollout({ client, namespace }, name, signal), signal);
  const policy = kind === 'release' ? undefined : await client.find(serinResources.releasePolicies, { namespace, name }, { signal });
  if (policy) return targetOf(client, policy, signal);
  const release = kind === 'policy' ? undefined : await client.find(serinResources.releases, { namespace, name }, { signal });
  if (!release) throw await notFound({ client, namespace }, kind, name, signal);
  return { kind: 'release', namespace, name, release, policy: await client.find(serinResources.releasePolicies, { namespace, name: release.spec.policy }, { signal }) };
}

/** @throws CliError when there is no such policy */
export async function findPolicy({ client, namespace }: Place, text: string, signal: AbortSignal): Promise<ReleasePolicy> {
  const { kind, name } = parseTarget(text);
  if (kind === 'release') throw new CliError(`${text}: a policy is wanted here, not a release.`);
  if (kind === 'rollout') return policyOfRollout({ client, namespace }, name, signal);
  const policy = await client.find(serinResources.releasePolicies, { namespace, name }, { signal });
  if (!policy) throw await notFound({ client, namespace }, 'policy', name, signal);
  return policy;
}

export function parseTarget(text: string): { readonly kind: 'policy' | 'release' | 'rollout' | undefined; readonly name: string } {
  const [, kind, name] = /^(policy|policies|releasepolicy|releasepolicies|rp|release|releases|rel|rollouts?(?:\.argoproj\.io)?|ro)\/(.+)$/.exec(text) ?? [];
  if (kind === undefined || name === undefined) return { kind: undefined, name: text };
  if (kind.startsWith('ro')) return { kind: 'rollout', name };
  return { kind: kind === 'rel' || kind.startsWith('release') && !kind.startsWith('releasep') ? 'release' : 'policy', name };
}

async function policyOfRollout({ client, namespace }: Place, name: string, signal: AbortSignal): Promise<ReleasePolicy> {
  const rollout = await client.find(argoResources.rollouts, { namespace, name }, { signal });
  if (!rollout) throw await noRollout({ client, namespace }, name, signal);
  const { items } = await client.list(serinResources.releasePolicies, { namespace, signal });
  const policy = items.find((each) => isControlledBy(each, rollout));
  if (policy) return policy;
  const { message } = rollout.status ?? {};
  throw new CliError(`Rollout ${name} has no policy: ${message ?? 'Serin has not looked at it; it reads Rollouts where it was installed with --frontends=argo.'}`);
}

async function noRollout({ client, namespace }: Place, name: string, signal: AbortSignal): Promise<CliError> {
  const names = await namesOf(client, argoResources.rollouts, namespace, signal);
  if (names === undefined) return new CliError('the cluster does not know Rollouts. Install what reads them: serin install --frontends=argo.');
  const meant = nearestName(name, names);
  return new CliError(`there is no Rollout "${name}" in namespace ${namespace}. ${meant !== undefined ? `Did you mean ${meant}?` : names.length > 0 ? `There ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}.` : 'See kubectl get rollouts -A.'}`);
}

/** The Rollout that controls a policy; undefined where it is gone, or may not be seen. */
export async function rolloutOf(client: ClusterClient, policy: ReleasePolicy, signal: AbortSignal): Promise<Rollout | undefined> {
  const owner = controllerOf(policy);
  if (owner?.kind !== argoResources.rollouts.kind || !owner.apiVersion.startsWith(`${argoResources.rollouts.group}/`)) return undefined;
  return client.find(argoResources.rollouts, { namespace: policy.metadata.namespace ?? '', name: owner.name }, { signal }).catch((error: unknown) => {
    if (!isForbidden(error)) throw error;
    return undefined;
  });
}

async function targetOf(client: ClusterClient, policy: ReleasePolicy, signal: AbortSignal): Promise<Target> {
  const { name, namespace = '' } = policy.metadata;
  const last = policy.status?.release;
  const release = last === undefined ? undefined : await client.find(serinResources.releases, { namespace, name: last }, { signal });
  const rollout = await rolloutOf(client, policy, signal);
  return { kind: 'policy', namespace, name, policy, release, ...(rollout ? { rollout } : {}) };
}

/** Says what is missing and what there is instead. */
async function notFound({ client, namespace }: Place, kind: Target['kind'] | undefined, name: string, signal: AbortSignal): Promise<CliError> {
  const policies = kind === 'release' ? [] : await namesOf(client, serinResources.releasePolicies, namespace, signal);
  const releases = kind === 'policy' ? [] : await namesOf(client, serinResources.releases, namespace, signal);
  if (policies === undefined || releases === undefined) return new CliError("the cluster does not know Serin's kinds. Put Serin on it first: serin install.");
  return missingTarget({ kind, name, namespace }, { policies, releases, elsewhere: await namespacesWith(client, kind, name, signal) });
}

/** What there is in the place of something that is not there. */
export interface Instead {
  /** Names in the namespace. */
  readonly policies: readonly string[];
  readonly releases: readonly string[];
  /** Other namespaces that have the name. */
  readonly elsewhere: readonly string[];
}

/** There is no such policy or release: what there is instead, in a sentence. */
export function missingTarget({ kind, name, namespace }: { readonly kind: Target['kind'] | undefined; readonly name: string; readonly namespace: string }, { policies, releases, elsewhere }: Instead): CliError {
  const what = kind ?? 'policy or release';
  if (elsewhere.length > 0) return new CliError(`there is no ${what} "${name}" in namespace ${namespace}, but in ${elsewhere.join(', ')}: add -n ${elsewhere[0] ?? ''}.`);
  const meant = nearestName(name, [...policies, ...releases].filter((each) => each !== name));
  const hint = meant !== undefined ? `Did you mean ${meant}?` : policies.length > 0 ? `There ${policies.length === 1 ? 'is' : 'are'} ${policies.join(', ')}.` : 'See serin get policies -A.';
  return new CliError(`there is no ${what} "${name}" in namespace ${namespace}. ${hint}`);
}

/** Undefined where the kind is not known. */
async function namesOf<T extends KubernetesObject>(client: ClusterClient, resource: Resource<T>, namespace: string, signal: AbortSignal): Promise<string[] | undefined> {
  try {
    return (await client.list(resource, { namespace, signal })).items.map(({ metadata }) => metadata.name).sort();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Other namespaces that have the name; none where they may not be seen. */
async function namespacesWith(client: ClusterClient, kind: Target['kind'] | undefined, name: string, signal: AbortSignal): Promise<string[]> {
  const fieldSelector = `metadata.name=${name}`;
  try {
    const policies = kind === 'release' ? [] : (await client.list(serinResources.releasePolicies, { fieldSelector, signal })).items;
    const releases = kind === 'policy' ? [] : (await client.list(serinResources.releases, { fieldSelector, signal })).items;
    return [...new Set([...policies, ...releases].flatMap(({ metadata }) => metadata.namespace ?? []))].sort();
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}
