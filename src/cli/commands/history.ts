import type { Command } from 'commander';
import { formatDuration } from '../../model/duration.js';
import { hasEnded } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { CliError } from '../errors.js';
import { whereSeen } from '../evidence/reading.js';
import { historyOf, type ReleaseRecord } from '../history/record.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { formatShare } from '../output/quantities.js';
import { tableLines, type Column } from '../output/table.js';
import { formatSpan } from '../output/times.js';
import { note, print, type Shell } from '../shell.js';
import { parseTarget } from '../target.js';

interface HistoryOptions extends ConnectionOptions {
  readonly output?: string;
}

export function registerHistory(program: Command, shell: Shell): void {
  const command = program
    .command('history')
    .argument('<policy>')
    .action((policy: string, options: HistoryOptions) => history(shell, policy, options));
  withOutputOption(withConnectionOptions(command), ['table', 'wide', 'json', 'yaml']);
  withExamples(command, ['serin history web', 'serin history web -o json']);
}

async function history(shell: Shell, policy: string, options: HistoryOptions): Promise<void> {
  await onCluster(shell, options, async ({ client, namespace }) => {
    const { name } = parseTarget(policy);
    const { signal } = shell;
    const { items } = await client.list(serinResources.releases, { namespace, signal });
    const evidence = await whereSeen(() => client.list(serinResources.evidence, { namespace, signal }));
    const records = historyOf(items.filter(({ spec }) => spec.policy === name), evidence?.items);
    if (isDataFormat(options.output)) return printData(shell, records, options.output);
    if (records.length === 0 && !(await client.find(serinResources.releasePolicies, { namespace, name }, { signal }))) {
      throw new CliError(`there is no policy ${name} in namespace ${namespace}; see: serin get policies -A`);
    }
    if (records.length === 0) return note(shell, `Policy ${name} has had no release in namespace ${namespace}.`);
    for (const line of tableLines(columns(shell.clock.now()), records, { wide: options.output === 'wide' })) print(shell, line);
  });
}

const columns = (now: number): Column<ReleaseRecord>[] => [
  { title: 'NUMBER', text: ({ number }) => String(number) },
  { title: 'RELEASE', text: ({ name }) => name, wide: true },
  { title: 'STRATEGY', text: ({ strategy }) => strategy ?? '', wide: true },
  { title: 'FROM', text: ({ from }) => from },
  { title: 'TO', text: ({ to }) => to },
  { title: 'OUTCOME', text: ({ outcome }) => outcome },
  { title: 'TOOK', text: ({ startedAt, endedAt, outcome }) => `${formatSpan(startedAt, endedAt, now)}${hasEnded(outcome) ? '' : ' so far'}` },
  { title: 'REACHED', text: ({ reached }) => formatShare(reached) },
  { title: 'MET IT', text: ({ met }) => String(met.requests) },
  { title: 'FAILED', text: ({ met }) => String(met.failures) },
  { title: 'JUDGED', text: ({ judged, tested }) => judged ?? (tested.length > 0 ? 'by Job' : 'no') },
  { title: 'TAKEN BACK', text: ({ takenBackBy, takenBackWithin }) => (takenBackBy === undefined ? '' : `by ${takenBackBy}${takenBackWithin === undefined ? '' : `, within ${formatDuration(takenBackWithin)}`}`) },
  { title: 'WHY', text: ({ hotfix, why }) => [hotfix === undefined ? '' : `hotfix: ${hotfix}`, why].filter(Boolean).join('; ') },
];
