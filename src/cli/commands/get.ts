import type { Command } from 'commander';
import { isNotFound } from '../../cluster/api-error.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import { nearestName } from '../../model/suggestion.js';
import { withConnectionOptions, type Connection } from '../connection.js';
import { CliError } from '../errors.js';
import { policyColumns, releaseColumns } from '../listing/columns.js';
import { policyRow, releaseRow, type ImagesOf } from '../listing/object-rows.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, listOf, printData, withOutputOption } from '../output/format.js';
import { tableLines } from '../output/table.js';
import { note, print, type Shell } from '../shell.js';
import { withServerOptions, type PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';

interface GetOptions extends PlaceOptions {
  readonly allNamespaces?: boolean;
  readonly output?: string;
}

const NAMES = { policies: ['policies', 'policy', 'releasepolicies', 'releasepolicy', 'rp', 'rpol'], releases: ['releases', 'release', 'rel'] } as const;
type ListedKind = keyof typeof NAMES;

export function registerGet(program: Command, shell: Shell): void {
  const command = program
    .command('get')
    .argument('[kind]', 'policies or releases', 'policies')
    .argument('[name]', 'only this one')
    .option('-A, --all-namespaces', 'of all namespaces')
    .action((kind: string, name: string | undefined, options: GetOptions) => get(shell, kind, name, options));
  withServerOptions(withOutputOption(withConnectionOptions(command), ['table', 'wide', 'json', 'yaml']));
  withExamples(command, ['serin get', 'serin get releases -o wide', 'serin get policy web -o yaml', 'serin get policies -A', 'serin get releases --server https://serin.example.com --token-file token']);
}

async function get(shell: Shell, kind: string, name: string | undefined, options: GetOptions): Promise<void> {
  const which = kindOf(kind);
  await onServerOrCluster(shell, options, {
    server: async (server) => (await import('../through-server/listing.js')).listThroughServer(shell, server, which, name, options),
    cluster: (connection) => getObjects(shell, connection, which, name, options),
  });
}

async function getObjects(shell: Shell, connection: Connection, which: ListedKind, name: string | undefined, options: GetOptions): Promise<void> {
  const objects = which === 'policies' ? await fetched(connection, serinResources.releasePolicies, name, shell, options) : await fetched(connection, serinResources.releases, name, shell, options);
  const { output, allNamespaces: namespaces = false } = options;
  if (isDataFormat(output)) return printData(shell, name === undefined ? listOf(objects) : objects[0], output);
  if (objects.length === 0) return note(shell, `There are no ${which}${namespaces ? '' : ` in namespace ${connection.namespace}`}.`);
  const wide = output === 'wide';
  const imagesOf = wide ? await imagesIn(connection, options, shell.signal) : () => '';
  const table = { namespaces, now: shell.clock.now() };
  const [policies, releases] = which === 'policies' ? [(objects as ReleasePolicy[]).map((each) => policyRow(each, imagesOf)), []] : [[], (objects as Release[]).map((each) => releaseRow(each, imagesOf))];
  const lines = which === 'policies' ? tableLines(policyColumns(policies, table), policies, { wide }) : tableLines(releaseColumns(releases, table), releases, { wide });
  for (const line of lines) print(shell, line);
}

function kindOf(text: string): ListedKind {
  const kinds = Object.keys(NAMES) as ListedKind[];
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

async function imagesIn({ client, namespace }: Connection, { allNamespaces }: GetOptions, signal: AbortSignal): Promise<ImagesOf> {
  const { items } = await client.list(resources.replicaSets, { ...(allNamespaces ? {} : { namespace }), signal });
  const images = new Map(items.map(({ metadata, spec }) => [`${metadata.namespace ?? ''}/${metadata.name}`, (spec.template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(',')]));
  return (replicaSet, of = namespace) => images.get(`${of}/${replicaSet ?? ''}`) ?? '';
}
