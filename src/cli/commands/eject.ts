import type { Command } from 'commander';
import { runEject } from '../../controller/eject/run-eject.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { CliError } from '../errors.js';
import { withExamples } from '../output/examples.js';
import { print, type Shell } from '../shell.js';
import { parseTarget } from '../target.js';

interface EjectCommandOptions extends ConnectionOptions {
  readonly restoreTemplate?: boolean;
}

export function registerEject(program: Command, shell: Shell): void {
  const command = program
    .command('eject')
    .argument('<policy>')
    .option('--restore-template', 'put the template of the version that users have back into the Deployment first')
    .action((policy: string, options: EjectCommandOptions) => eject(shell, policy, options));
  withConnectionOptions(command);
  withExamples(command, ['serin eject web', 'serin eject web --restore-template'],
    'Works without a controller and may be repeated. Refused where the Deployment would roll out a version that was taken\nback or is still on trial, unless its template is restored.');
}

async function eject(shell: Shell, policy: string, options: EjectCommandOptions): Promise<void> {
  const { name } = parseTarget(policy);
  await onCluster(shell, options, async ({ client, namespace }) => {
    const { clock, signal } = shell;
    const result = await runEject({ name, namespace }, { restoreTemplate: options.restoreTemplate ?? false }, { client, clock, signal, tell: (line) => print(shell, line) });
    if ('refused' in result) throw new CliError(result.refused);
    print(shell, result.writes === 0 ? `Nothing of policy ${name} is left in namespace ${namespace}.` : `Nothing of Serin is left on what policy ${name} steered.`);
  });
}
