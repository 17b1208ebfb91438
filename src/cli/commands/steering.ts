import type { Command } from 'commander';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { print, type Shell } from '../shell.js';
import type { SteeringVerb } from '../../commands/steering-plan.js';
import { releaseOf, steer } from '../steering/release-command.js';
import { steerRollout } from '../steering/rollout-command.js';
import { findTarget } from '../target.js';

interface SteeringOptions extends ConnectionOptions {
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
    withOutputOption(withConnectionOptions(command));
    withExamples(command, verb === 'promote' ? ['serin promote web', 'serin promote web --full', 'serin promote rollout/web'] : [`serin ${verb} web`, `serin ${verb} release/web-1`, `serin ${verb} rollout/web`], verb === 'promote' ? 'Approvals, gates and Jobs are never skipped; their steps are named.' : '');
  }
}

async function carryOut(shell: Shell, verb: SteeringVerb, name: string, options: SteeringOptions): Promise<void> {
  await onCluster(shell, options, async (connection) => {
    const { signal } = shell;
    const target = await findTarget(connection, name, signal);
    if (target.rollout) {
      const { plan, rollout } = await steerRollout(connection.client, verb, target.rollout, { full: options.full ?? false, now: shell.clock.now(), signal });
      if (isDataFormat(options.output)) return printData(shell, rollout, options.output);
      print(shell, plan.done);
      return print(shell, plan.next);
    }
    const { plan, release } = await steer(connection.client, verb, releaseOf(target, verb), { full: options.full ?? false, signal });
    if (isDataFormat(options.output)) return printData(shell, release, options.output);
    print(shell, plan.done);
    print(shell, plan.next);
  });
}
