import type { PolicyDetail } from '../../server/schemas/policies.js';
import type { ReleaseDetail } from '../../server/schemas/release-detail.js';
import { CliError, exitCodes } from '../errors.js';
import { missingTarget, parseTarget } from '../target.js';
import { ServerRefusal } from './problems.js';
import { findPolicyDetail, findReleaseDetail, listPolicies, listReleases } from './reading.js';
import type { ServerConnection } from './server-connection.js';

/** What `POLICY|RELEASE` means, as a server tells it: a policy with its last release, or one release with its policy. */
export interface ServerTarget {
  readonly kind: 'policy' | 'release';
  readonly namespace: string;
  readonly name: string;
  readonly policy: PolicyDetail | undefined;
  readonly release: ReleaseDetail | undefined;
}

/** Finds what a name means, as by a kubeconfig; Rollouts are not among it. @throws CliError when there is neither */
export async function findServerTarget(server: ServerConnection, text: string): Promise<ServerTarget> {
  const { namespace } = server;
  const { kind, name } = parsedForServer(text);
  const policy = kind === 'release' ? undefined : await findPolicyDetail(server, namespace, name);
  if (policy) {
    const release = policy.release === undefined ? undefined : await findReleaseDetail(server, namespace, policy.release);
    return { kind: 'policy', namespace, name, policy, release };
  }
  const release = kind === 'policy' ? undefined : await findReleaseDetail(server, namespace, name);
  if (!release) throw await notFound(server, kind, name);
  return { kind: 'release', namespace, name, release, policy: await whereSeen(() => findPolicyDetail(server, namespace, release.policy)) };
}

/** @throws CliError when there is no such policy */
export async function findServerPolicy(server: ServerConnection, text: string): Promise<PolicyDetail> {
  const { kind, name } = parsedForServer(text);
  if (kind === 'release') throw new CliError(`${text}: a policy is wanted here, not a release.`);
  const policy = await findPolicyDetail(server, server.namespace, name);
  if (!policy) throw await notFound(server, 'policy', name);
  return policy;
}

/** The release that a target means. @throws CliError when a policy has none */
export function releaseIn({ release, name, policy }: Pick<ServerTarget, 'release' | 'name' | 'policy'>, verb: string): ReleaseDetail {
  if (release) return release;
  throw new CliError(`policy ${name} has no release to ${verb}${policy === undefined ? '.' : `: ${policy.message}`}`);
}

/** What a name means that a server is asked for. @throws CliError for a Rollout */
export function parsedForServer(text: string): { readonly kind: 'policy' | 'release' | undefined; readonly name: string } {
  const { kind, name } = parseTarget(text);
  if (kind === 'rollout') throw new CliError(`${text}: a server is not asked for Rollouts. Leave --server and SERIN_SERVER out, so that the cluster is.`, exitCodes.usage);
  return { kind, name };
}

async function notFound(server: ServerConnection, kind: 'policy' | 'release' | undefined, name: string): Promise<CliError> {
  const [policies, releases] = await Promise.all([
    kind === 'release' ? [] : whereSeen(() => listPolicies(server, undefined)),
    kind === 'policy' ? [] : whereSeen(() => listReleases(server, undefined, name)),
  ]);
  const here = (all: readonly { readonly namespace: string; readonly name: string }[] = []): string[] => all.filter(({ namespace }) => namespace === server.namespace).map((each) => each.name).sort();
  const elsewhere = [...policies ?? [], ...releases ?? []].flatMap((each) => (each.name === name && each.namespace !== server.namespace ? [each.namespace] : []));
  return missingTarget({ kind, name, namespace: server.namespace }, { policies: here(policies), releases: here(releases), elsewhere: [...new Set(elsewhere)].sort() });
}

/** Undefined for what a person may not see. */
async function whereSeen<T>(reading: () => Promise<T>): Promise<T | undefined> {
  try {
    return await reading();
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === 403) return undefined;
    throw error;
  }
}
