import type { Command } from 'commander';
import type { EvidenceSpec } from '../../model/evidence-record.js';
import { hasEnded } from '../../model/release.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type Connection, type ConnectionOptions } from '../connection.js';
import { CliError } from '../errors.js';
import { absenceOf } from '../evidence/absence.js';
import { evidenceNews, type ToldMetrics } from '../evidence/news.js';
import { assertServed, chosenMetric, readEvidence } from '../evidence/reading.js';
import { recordLines } from '../evidence/record-lines.js';
import { coloursOf } from '../output/colours.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { note, print, type Shell } from '../shell.js';
import { watchStatus } from '../status/watching.js';
import { findTarget, type Target } from '../target.js';

interface EvidenceOptions extends ConnectionOptions {
  readonly metric?: string;
  readonly watch?: boolean;
  readonly output?: string;
}

export function registerEvidence(program: Command, shell: Shell): void {
  const command = program
    .command('evidence')
    .argument('<policy|release>', 'name of a release, or of a policy for its last one; policy/NAME or release/NAME where both exist')
    .option('--metric <metric>', 'this metric alone, in a higher chart and with all its verdicts')
    .option('-w, --watch', 'follow it until the release has ended, or until Ctrl-C for a policy')
    .action((name: string, options: EvidenceOptions) => evidence(shell, name, options));
  withOutputOption(withConnectionOptions(command));
  withExamples(command, ['serin evidence web', 'serin evidence web --metric errors', 'serin evidence release/web-1 --watch', 'serin evidence web -o json'],
    'Charts show canary and stable on one scale; where nothing was seen, nothing is drawn.\nWhere the output is no terminal, --watch prints a line when an outcome or a problem changes.');
}

async function evidence(shell: Shell, name: string, options: EvidenceOptions): Promise<void> {
  await onCluster(shell, options, async (connection) => {
    const target = await findTarget(connection, name, shell.signal);
    const { release } = target;
    if (options.watch) return follow(shell, connection, target, options.metric);
    if (!release) throw new CliError(`policy ${target.name} has had no release yet, so there is no evidence.`);
    const record = chosenMetric(await readEvidence(connection.client, release, shell.signal), options.metric);
    if (isDataFormat(options.output)) return printData(shell, forPrograms(record), options.output);
    for (const line of drawn(shell, record, options.metric)) print(shell, line);
  });
}

const DEFAULT_COLUMNS = 80;

function drawn(shell: Shell, record: EvidenceSpec, metric: string | undefined): string[] {
  const alone = metric !== undefined;
  return recordLines(record, shell.clock.now(), { colours: coloursOf(shell), columns: shell.stdout.columns ?? DEFAULT_COLUMNS, height: alone ? 5 : 1, verdicts: alone ? Number.POSITIVE_INFINITY : 3 });
}

/** The state of a test says nothing to anybody but the next controller. */
const forPrograms = ({ metrics, ...record }: EvidenceSpec): unknown => ({ ...record, metrics: metrics.map(({ checkpoint: _, ...metric }) => metric) });

async function follow(shell: Shell, { client }: Connection, target: Target, metric: string | undefined): Promise<void> {
  const { signal, stdout } = shell;
  await assertServed(client, target.namespace, signal);
  const watched = await watchStatus(client, target, shell);
  const live = stdout.isTTY === true ? (await import('log-update')).createLogUpdate(stdout as NodeJS.WriteStream) : undefined;
  let told: ToldMetrics = new Map();
  let said = '';
  try {
    while (!signal.aborted) {
      const { release, evidence: record } = watched.objects();
      const chosen = record && chosenMetric(record, metric);
      const lines = chosen ? drawn(shell, chosen, metric) : [release ? absenceOf(release) : `Policy ${target.name} has had no release yet.`];
      if (live) live(lines.slice(0, Math.max(1, (stdout.rows ?? 24) - 1)).join('\n'));
      else if (chosen) {
        const news = evidenceNews(chosen, told);
        told = news.told;
        for (const line of news.lines) print(shell, line);
      } else if (said !== (said = release?.metadata.name ?? target.name)) for (const line of lines) note(shell, line);
      if (target.kind === 'release' && hasEnded(release?.status?.phase ?? 'Preparing')) return;
      await watched.changed(live ? 1000 : undefined);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    live?.done();
    await watched.stop();
  }
}
