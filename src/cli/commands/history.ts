import type { Command } from 'commander';
import { serinResources } from '../../model/resources.js';
import { withConnectionOptions, type Connection } from '../connection.js';
import { CliError } from '../errors.js';
import { whereSeen } from '../evidence/reading.js';
import { historyColumns } from '../history/columns.js';
import { historyOf } from '../history/record.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { tableLines } from '../output/table.js';
import { note, print, type Shell } from '../shell.js';
import { parseTarget } from '../target.js';
import { withServerOptions, type PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';

interface HistoryOptions extends PlaceOptions {
  readonly output?: string;
}

export function registerHistory(program: Command, shell: Shell): void {
  const command = program
    .command('history')
    .argument('<policy>')
    .action((policy: string, options: HistoryOptions) => history(shell, policy, options));
  withServerOptions(withOutputOption(withConnectionOptions(command), ['table', 'wide', 'json', 'yaml']));
  withExamples(command, ['serin history web', 'serin history web -o json']);
}

async function history(shell: Shell, policy: string, options: HistoryOptions): Promise<void> {
  await onServerOrCluster(shell, options, {
    server: async (server) => (await import('../through-server/history.js')).historyThroughServer(shell, server, policy, options),
    cluster: (connection) => historyOfObjects(shell, connection, parseTarget(policy).name, options),
  });
}

async function historyOfObjects(shell: Shell, { client, namespace }: Connection, name: string, { output }: HistoryOptions): Promise<void> {
  const { signal } = shell;
  const { items } = await client.list(serinResources.releases, { namespace, signal });
  const evidence = await whereSeen(() => client.list(serinResources.evidence, { namespace, signal }));
  const records = historyOf(items.filter(({ spec }) => spec.policy === name), evidence?.items);
  if (isDataFormat(output)) return printData(shell, records, output);
  if (records.length === 0 && !(await client.find(serinResources.releasePolicies, { namespace, name }, { signal }))) {
    throw new CliError(`there is no policy ${name} in namespace ${namespace}; see: serin get policies -A`);
  }
  if (records.length === 0) return note(shell, `Policy ${name} has had no release in namespace ${namespace}.`);
  for (const line of tableLines(historyColumns(shell.clock.now()), records, { wide: output === 'wide' })) print(shell, line);
}
