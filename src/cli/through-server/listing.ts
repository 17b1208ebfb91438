import { hasEnded } from '../../model/release.js';
import { nearestName } from '../../model/suggestion.js';
import type { PolicySummary } from '../../server/schemas/policies.js';
import type { ReleaseSummary } from '../../server/schemas/release-summary.js';
import { CliError } from '../errors.js';
import { policyColumns, releaseColumns, type PolicyRow, type ReleaseRow } from '../listing/columns.js';
import { isDataFormat, printData } from '../output/format.js';
import { strategyTitles } from '../output/policy-words.js';
import { tableLines } from '../output/table.js';
import { note, print, type Shell } from '../shell.js';
import { byName, findPolicyDetail, findReleaseDetail, listPolicies, listReleases } from './reading.js';
import type { ServerConnection } from './server-connection.js';

interface ListingOptions {
  readonly allNamespaces?: boolean | undefined;
  readonly output?: string | undefined;
}

/** get: policies or releases, or one of them, as a server tells them. @throws CliError where there is none of that name */
export async function listThroughServer(shell: Shell, server: ServerConnection, which: 'policies' | 'releases', name: string | undefined, options: ListingOptions): Promise<void> {
  const { output, allNamespaces: namespaces = false } = options;
  const table = { namespaces, now: shell.clock.now() };
  const wide = output === 'wide';
  const place = namespaces ? undefined : server.namespace;
  const [policies, releases] = which === 'policies' ? [await policiesOf(server, name, place), []] : [[], await releasesOf(server, name, place)];
  const found = which === 'policies' ? policies : releases;
  if (isDataFormat(output)) return printData(shell, name === undefined ? { items: found } : found[0], output);
  if (found.length === 0) return note(shell, `There are no ${which}${namespaces ? '' : ` in namespace ${server.namespace}`}.`);
  const [policyRows, releaseRows] = [policies.map(policyRow), releases.map(releaseRow)];
  const lines = which === 'policies' ? tableLines(policyColumns(policyRows, table), policyRows, { wide }) : tableLines(releaseColumns(releaseRows, table), releaseRows, { wide });
  for (const line of lines) print(shell, line);
}

async function policiesOf(server: ServerConnection, name: string | undefined, place: string | undefined): Promise<PolicySummary[]> {
  if (name === undefined) return [...(await listPolicies(server, place))].sort(byName);
  const found = await findPolicyDetail(server, server.namespace, name);
  if (!found) throw missing('policy', name, server, await listPolicies(server, server.namespace));
  return [found];
}

async function releasesOf(server: ServerConnection, name: string | undefined, place: string | undefined): Promise<ReleaseSummary[]> {
  if (name === undefined) return [...(await listReleases(server, place))].sort(byName);
  const found = await findReleaseDetail(server, server.namespace, name);
  if (!found) throw missing('release', name, server, await listReleases(server, server.namespace));
  return [found];
}

function missing(kind: string, name: string, { namespace }: ServerConnection, instead: readonly { readonly name: string }[]): CliError {
  const meant = nearestName(name, instead.map((each) => each.name));
  return new CliError(`there is no ${kind} "${name}" in namespace ${namespace}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`);
}

function policyRow({ namespace, name, workload, phase, stable, release = '', strategy, message }: PolicySummary): PolicyRow {
  return {
    namespace, name, workload: workload.replace(/^Deployment /, ''), phase, stable: stable?.replicaSet ?? '', release, createdAt: undefined,
    strategy: strategy === undefined ? '' : strategyTitles[strategy], router: undefined, images: undefined, message,
  };
}

function releaseRow({ namespace, name, policy, phase, step: { index, count }, share, abortReason, startedAt, stable, canary, strategy, waitsFor, message }: ReleaseSummary): ReleaseRow {
  const held = phase === 'Preparing' && (waitsFor?.kind === 'approval' || waitsFor?.kind === 'freeze');
  return {
    namespace, name, policy, phase, step: `${held ? 0 : Math.min(index + 1, count)}/${count}`,
    // Before its first share a server says 0, a cluster nothing.
    share: share === 0 && !hasEnded(phase) && index === 0 ? undefined : share,
    reason: abortReason ?? '', since: startedAt, stable: stable.replicaSet, canary: canary.replicaSet, strategy: strategy ?? '', router: undefined,
    stableImages: stable.images.join(', '), canaryImages: canary.images.join(', '), message,
  };
}
