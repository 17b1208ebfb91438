import { Argument, type Command } from 'commander';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import { serinResources } from '../../model/resources.js';
import { withConnectionOptions, type Connection } from '../connection.js';
import { tagsText, policyColumns, updateColumns, updateRow } from '../images/columns.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { tableLines } from '../output/table.js';
import { note, print, type Shell } from '../shell.js';
import { withServerOptions, type PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';

interface ImagesOptions extends PlaceOptions {
  readonly allNamespaces?: boolean;
  readonly all?: boolean;
  readonly output?: string;
}

export function registerImages(program: Command, shell: Shell): void {
  const command = program
    .command('images')
    .addArgument(new Argument('[action]', 'what to do').choices(['list']).default('list'))
    .option('-A, --all-namespaces', 'of all namespaces')
    .option('--all', 'also updates that have ended')
    .action((_: string, options: ImagesOptions) => images(shell, options));
  withServerOptions(withOutputOption(withConnectionOptions(command), ['table', 'wide', 'json', 'yaml']));
  withExamples(command, ['serin images', 'serin images --all -o wide', 'serin images -A -o json']);
}

async function images(shell: Shell, options: ImagesOptions): Promise<void> {
  await onServerOrCluster(shell, options, {
    server: async (server) => (await import('../through-server/images.js')).imagesThroughServer(shell, server, options),
    cluster: (connection) => imageObjects(shell, connection, options),
  });
}

async function imageObjects(shell: Shell, { client, namespace }: Connection, options: ImagesOptions): Promise<void> {
  const { signal } = shell;
  const place = options.allNamespaces ? {} : { namespace };
  const [{ items: policies }, { items }] = await Promise.all([client.list(serinResources.imagePolicies, { ...place, signal }), client.list(serinResources.imageUpdates, { ...place, signal })]);
  const updates = items.filter(({ status }) => options.all || status?.endedAt === undefined).sort((a, b) => b.spec.receivedAt.localeCompare(a.spec.receivedAt));
  if (isDataFormat(options.output)) return printData(shell, { policies: [...policies].sort(byName).map(withTags), updates }, options.output);
  if (policies.length === 0) return note(shell, `There are no ImagePolicies${options.allNamespaces ? '' : ` in namespace ${namespace}`}.`);
  const wide = options.output === 'wide';
  const columns = { namespaces: options.allNamespaces === true, now: shell.clock.now() };
  for (const line of tableLines<ImagePolicy>(policyColumns(columns), [...policies].sort(byName), { wide })) print(shell, line);
  if (updates.length === 0) return;
  print(shell);
  for (const line of tableLines(updateColumns(columns), updates.map(updateRow), { wide })) print(shell, line);
}

const byName = (a: ImagePolicy, b: ImagePolicy): number => (a.metadata.namespace ?? '').localeCompare(b.metadata.namespace ?? '') || a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true });

const withTags = (policy: ImagePolicy): unknown => ({ ...policy, takes: tagsText(policy) });
