import { Option, type Command } from 'commander';
import { parseDuration } from '../../model/duration.js';
import type { StatusObjects } from '../status/view.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type Connection, type ConnectionOptions } from '../connection.js';
import { CliError, exitCodes } from '../errors.js';
import { withExamples } from '../output/examples.js';
import { note, print, type Shell } from '../shell.js';
import { newsOf, nothingTold } from '../status/changes.js';
import { drawnView } from '../status/drawn-view.js';
import { watchStatus, type WatchedStatus } from '../status/watching.js';
import { findTarget, type Target } from '../target.js';
import { goals, policyProgress, releaseProgress, type Goal, type Progress } from '../waiting/goal.js';

interface WaitOptions extends ConnectionOptions {
  readonly for: Goal;
  readonly timeout: string;
}

export function registerWait(program: Command, shell: Shell): void {
  const command = program
    .command('wait')
    .argument('<policy|release>', 'a policy means its release under way, or the one that a change just made will start')
    .addOption(new Option('--for <end>', 'the end to wait for').choices([...goals]).default('completed'))
    .option('--timeout <duration>', 'how long, as in 90s or 10m', '10m')
    .action((name: string, options: WaitOptions) => wait(shell, name, options));
  withConnectionOptions(command);
  withExamples(command, ['serin wait web --for=completed --timeout 15m', 'serin wait web --for=ended'],
    'Exit codes: 0 ended as wanted, 3 taken back instead, 4 not ended in time, 1 anything else.\nWhat happens meanwhile is printed to the standard error.');
}

async function wait(shell: Shell, name: string, options: WaitOptions): Promise<void> {
  const timeout = timeoutOf(options.timeout);
  await onCluster(shell, options, async (connection) => {
    const target = await findTarget(connection, name, shell.signal);
    const end = await outcome(shell, connection, target, options.for, shell.clock.monotonic() + timeout);
    switch (end.state) {
      case 'reached':
        return print(shell, end.message);
      case 'aborted':
        throw new CliError(end.message, exitCodes.aborted);
      case 'missed':
        throw new CliError(end.message);
      case 'waiting':
        throw new CliError(`not ${options.for} within ${options.timeout}: ${end.message}`, exitCodes.timedOut);
    }
  });
}

type Outcome = Exclude<Progress, { state: 'waiting' }> | { readonly state: 'waiting'; readonly message: string };

async function outcome(shell: Shell, { client }: Connection, target: Target, goal: Goal, deadline: number): Promise<Outcome> {
  const watched = await watchStatus(client, target, shell);
  let told = nothingTold;
  try {
    for (;;) {
      const view = watched.view();
      const news = newsOf(drawnView(view), told, shell.clock.now());
      told = news.told;
      for (const line of news.lines) note(shell, line);
      const progress = progressOf(watched, target, goal);
      if (progress.state !== 'waiting') return progress;
      const left = deadline - shell.clock.monotonic();
      if (left <= 0) return { state: 'waiting', message: view.message };
      await watched.changed(left);
    }
  } finally {
    await watched.stop();
  }
}

function progressOf(watched: WatchedStatus, target: Target, goal: Goal): Progress {
  const objects: StatusObjects = watched.objects();
  if (target.kind === 'release') return objects.release ? releaseProgress(objects.release, goal) : { state: 'missed', message: `release ${target.name} was deleted.` };
  if (!objects.policy) return { state: 'missed', message: `policy ${target.name} was deleted.` };
  const deployment = objects.deployments.find(({ metadata }) => metadata.name === objects.policy?.spec.workload.deployment);
  return policyProgress({ policy: objects.policy, release: objects.release, deployment, replicaSets: objects.replicaSets }, goal);
}

function timeoutOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new CliError(`--timeout: ${error instanceof Error ? error.message : String(error)}.`, exitCodes.usage);
  }
}
