import { Command, CommanderError } from 'commander';
import { ApiError } from '../cluster/api-error.js';
import { KubeconfigError } from '../cluster/kubeconfig/fields.js';
import { registerApply } from './commands/apply.js';
import { registerController } from './commands/controller.js';
import { registerDemo } from './commands/demo.js';
import { registerEject } from './commands/eject.js';
import { registerGet } from './commands/get.js';
import { registerHelp } from './commands/help.js';
import { registerHistory } from './commands/history.js';
import { registerLint } from './commands/lint.js';
import { registerLocal } from './commands/local.js';
import { registerRollback } from './commands/rollback.js';
import { registerStatus } from './commands/status.js';
import { registerSteering } from './commands/steering.js';
import { registerWait } from './commands/wait.js';
import { CliError, exitCodes } from './errors.js';
import { note, type Shell } from './shell.js';

/** The commands, in the order in which help lists them. */
const COMMANDS: readonly ((program: Command, shell: Shell) => void)[] = [
  registerDemo, registerLocal,
  registerApply, registerLint,
  registerGet, registerStatus, registerHistory, registerWait,
  registerSteering, registerRollback, registerEject,
  registerController, registerHelp,
];

/** Builds the command line; `run` parses and does it. */
export function createProgram(shell: Shell, version: string): Command {
  const program = new Command('serin')
    .description('Puts a new version in front of users a little at a time, watches, and takes it back when it is worse.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({ writeOut: (text) => void shell.stdout.write(text), writeErr: (text) => void shell.stderr.write(text) });
  for (const register of COMMANDS) register(program, shell);
  for (const command of program.commands) inheritSettings(command, program);
  return program;
}

function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

/** @returns the exit code */
export async function run(shell: Shell, version: string, args: readonly string[]): Promise<number> {
  try {
    await createProgram(shell, version).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return explain(shell, error);
  }
}

/** Says what went wrong, in one line where a person can mend it. */
function explain(shell: Shell, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (shell.signal.aborted) return 130;
  if (error instanceof CliError) {
    note(shell, `serin: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof KubeconfigError || error instanceof ApiError) note(shell, `serin: ${error.message}`);
  else note(shell, `serin: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exitCodes.failed;
}
