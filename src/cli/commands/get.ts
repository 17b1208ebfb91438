import type { Command } from 'commander';
import { isNotFound } from '../../cluster/api-error.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import { nearestName } from '../../model/suggestion.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type Connection, type ConnectionOptions } from '../connection.js';
import { CliError } from '../errors.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, listOf, printData, withOutputOption } from '../output/format.js';
import { formatShare } from '../output/quantities.js';
import { tableLines, type Column } from '../output/table.js';
import { formatAge } from '../output/times.js';
import { routerNamesOf, strategyTitle, workloadText } from '../output/policy-words.js';
import { note, print, type Shell } from '../shell.js';

interface GetOptions extends ConnectionOptions {
  readonly allNamespaces?: boolean;
  readonly output?: string;
}

const NAMES = { policies: ['policies', 'policy', 'releasepolicies', 'releasepolicy', 'rp', 'rpol'], releases: ['releases', 'release', 'rel'] } as const;

export function registerGet(program: Command, shell: Shell): void {
  const command = program
    .command('get')
    .argument('[kind]', 'policies or releases', 'policies')
    .argument('[name]', 'only this one')
    .option('-A, --all-namespaces', 'of all namespaces')
    .action((kind: string, name: string | undefined, options: GetOptions) => get(shell, kind, name, options));
  withOutputOption(withConnectionOptions(command), ['table', 'wide', 'json', 'yaml']);
  withExamples(command, ['serin get', 'serin get releases -o wide', 'serin get policy web -o yaml', 'serin get policies -A']);
}

async function get(shell: Shell, kind: string, name: string | undefined, options: GetOptions): Promise<void> {
  const which = kindOf(kind);
  await onCluster(shell, options, async (connection) => {
    const objects = which === 'policies' ? await fetched(connection, serinResources.releasePolicies, name, shell, options) : await fetched(connection, serinResources.releases, name, shell, options);
    const { output } = options;
    if (isDataFormat(output)) return printData(shell, name === undefined ? listOf(objects) : objects[0], output);
    if (objects.length === 0) return note(shell, `There are no ${which}${options.allNamespaces ? '' : ` in namespace ${connection.namespace}`}.`);
    const now = shell.clock.now();
    const namespace: Column<KubernetesObject>[] = options.allNamespaces ? [{ title: 'NAMESPACE', text: ({ metadata }) => metadata.namespace ?? '' }] : [];
    const wide = output === 'wide';
    const imagesOf = wide ? await imagesIn(connection, options, shell.signal) : () => '';
    const lines = which === 'policies'
      ? tableLines<ReleasePolicy>([...namespace, ...policyColumns(now, imagesOf)], objects as ReleasePolicy[], { wide })
      : tableLines<Release>([...namespace, ...releaseColumns(now, imagesOf)], objects as Release[], { wide });
    for (const line of lines) print(shell, line);
  });
}

function kindOf(text: string): keyof typeof NAMES {
  const kinds = Object.keys(NAMES) as (keyof typeof NAMES)[];
  const found = kinds.find((kind) => (NAMES[kind] as readonly string[]).includes(text.toLowerCase()));
  if (found) return found;
  const meant = nearestName(text, Object.values(NAMES).flat());
  throw new CliError(`there is no kind "${text}". ${meant === undefined ? 'There are policies and releases; one of them is shown by: serin get policy NAME.' : `Did you mean ${meant}?`}`);
}

async function fetched<T extends KubernetesObject>({ client, namespace }: Connection, resource: Parameters<typeof client.get<T>>[0], name: string | undefined, { signal }: Shell, { allNamespaces }: GetOptions): Promise<T[]> {
  try {
    if (name !== undefined) return [await client.get(resource, { namespace, name }, { signal })];
    const { items } = await client.list(resource, { ...(allNamespaces ? {} : { namespace }), signal });
    return items.sort((a, b) => (a.metadata.namespace ?? '').localeCompare(b.metadata.namespace ?? '') || a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true }));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    if (name === undefined || error.status.details?.name === undefined) throw new CliError("the cluster does not know Serin's kinds. Put Serin on it first: serin install.");
    throw new CliError(`there is no ${resource.kind} "${name}" in namespace ${namespace}.`);
  }
}

/** The images that a ReplicaSet runs; empty where it is gone. */
type ImagesOf = (replicaSet: string | undefined, namespace: string | undefined) => string;

async function imagesIn({ client, namespace }: Connection, { allNamespaces }: GetOptions, signal: AbortSignal): Promise<ImagesOf> {
  const { items } = await client.list(resources.replicaSets, { ...(allNamespaces ? {} : { namespace }), signal });
  const images = new Map(items.map(({ metadata, spec }) => [`${metadata.namespace ?? ''}/${metadata.name}`, (spec.template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(',')]));
  return (replicaSet, of = namespace) => images.get(`${of}/${replicaSet ?? ''}`) ?? '';
}

const policyColumns = (now: number, imagesOf: ImagesOf): Column<ReleasePolicy>[] => [
  { title: 'NAME', text: ({ metadata }) => metadata.name },
  { title: 'WORKLOAD', text: (policy) => workloadText(policy) },
  { title: 'PHASE', text: ({ status }) => status?.phase ?? '' },
  { title: 'STABLE', text: ({ status }) => status?.stable?.replicaSet ?? '' },
  { title: 'RELEASE', text: ({ status }) => status?.release ?? '' },
  { title: 'AGE', text: ({ metadata }) => formatAge(metadata.creationTimestamp, now) },
  { title: 'STRATEGY', text: ({ spec }) => strategyTitle(spec.strategy), wide: true },
  { title: 'ROUTER', text: ({ spec }) => routerNamesOf(spec.router), wide: true },
  { title: 'IMAGES', text: (policy) => imagesOf(policy.status?.stable?.replicaSet, policy.metadata.namespace), wide: true },
  { title: 'MESSAGE', text: ({ status }) => status?.message ?? '', wide: true },
];

const releaseColumns = (now: number, imagesOf: ImagesOf): Column<Release>[] => [
  { title: 'NAME', text: ({ metadata }) => metadata.name },
  { title: 'POLICY', text: ({ spec }) => spec.policy },
  { title: 'PHASE', text: ({ status }) => status?.phase ?? '' },
  { title: 'STEP', text: ({ status }) => status?.progress ?? '' },
  { title: 'SHARE', text: ({ status }) => formatShare(status?.shares?.accepted?.canary) },
  { title: 'REASON', text: ({ status }) => status?.abortReason ?? '' },
  { title: 'AGE', text: ({ metadata }) => formatAge(metadata.creationTimestamp, now) },
  { title: 'STABLE', text: ({ spec }) => spec.stable.replicaSet, wide: true },
  { title: 'CANARY', text: ({ spec }) => spec.canary.replicaSet, wide: true },
  { title: 'STRATEGY', text: ({ spec }) => spec.strategy ?? '', wide: true },
  { title: 'ROUTER', text: ({ spec }) => routerNamesOf(spec.router), wide: true },
  { title: 'STABLE IMAGES', text: ({ spec, metadata }) => spec.stable.images ?? imagesOf(spec.stable.replicaSet, metadata.namespace), wide: true },
  { title: 'CANARY IMAGES', text: ({ spec, metadata }) => spec.canary.images ?? imagesOf(spec.canary.replicaSet, metadata.namespace), wide: true },
  { title: 'MESSAGE', text: ({ status }) => status?.message ?? '', wide: true },
];
