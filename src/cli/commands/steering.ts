import type { Command } from 'commander';
import { withConnectionOptions, type Connection } from '../connection.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { print, type Shell } from '../shell.js';
import type { SteeringVerb } from '../../commands/steering-plan.js';
import { releaseOf, steer } from '../steering/release-command.js';
import { steerRollout } from '../steering/rollout-command.js';
import { findTarget } from '../target.js';
import { withServerOptions, type PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';

interface SteeringOptions extends PlaceOptions {
  readonly full?: boolean;
  readonly output?: string;
}

/** promote, pause, resume, abort: each sets a field of the Release that says what is to be, as kubectl could, too. */
export function registerSteering(program: Command, shell: Shell): void {
  for (const verb of ['promote', 'pause', 'resume', 'abort'] as const) {
    const command = program
      .command(verb)
      .argument('<policy|release>', "a policy means its release under way; rollout/NAME an Argo Rollout")
      .action((name: string, options: SteeringOptions) => carryOut(shell, verb, name, options));
    if (verb === 'promote') command.option('--full', 'go through all remaining steps without a stop');
    withServerOptions(withOutputOption(withConnectionOptions(command)));
    withExamples(command, verb === 'promote' ? ['serin promote web', 'serin promote web --full', 'serin promote rollout/web'] : [`serin ${verb} web`, `serin ${verb} release/web-1`, `serin ${verb} rollout/web`], verb === 'promote' ? 'Approvals, gates and Jobs are never skipped; their steps are named.' : '');
  }
}

async function carryOut(shell: Shell, verb: SteeringVerb, name: string, options: SteeringOptions): Promise<void> {
  await onServerOrCluster(shell, options, {
    server: async (server) => (await import('../through-server/acting.js')).steerThroughServer(shell, server, verb, name, options),
    cluster: (connection) => steerObject(shell, connection, verb, name, options),
  });
}

async function steerObject(shell: Shell, connection: Connection, verb: SteeringVerb, name: string, { full = false, output }: SteeringOptions): Promise<void> {
  const { signal } = shell;
  const target = await findTarget(connection, name, signal);
  if (target.rollout) {
    const { plan, rollout } = await steerRollout(connection.client, verb, target.rollout, { full, now: shell.clock.now(), signal });
    return tell(shell, plan, rollout, output);
  }
  const { plan, release } = await steer(connection.client, verb, releaseOf(target, verb), { full, clock: shell.clock, signal });
  tell(shell, plan, release, output);
}

function tell(shell: Shell, { done, next }: { readonly done: string; readonly next: string }, object: unknown, output: string | undefined): void {
  if (isDataFormat(output)) return printData(shell, object, output);
  print(shell, done);
  print(shell, next);
}
