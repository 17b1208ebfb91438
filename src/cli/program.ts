import { Command, CommanderError } from 'commander';
import { ApiError } from '../cluster/api-error.js';
import { KubeconfigError } from '../cluster/kubeconfig/fields.js';
import { registerApprovals } from './commands/approvals.js';
import { registerApproving } from './commands/approving.js';
import { registerApply } from './commands/apply.js';
import { registerCompletion } from './commands/completion.js';
import { registerController } from './commands/controller.js';
import { registerDemo } from './commands/demo.js';
import { registerEject } from './commands/eject.js';
import { registerExplain } from './commands/explain.js';
import { registerGet } from './commands/get.js';
import { registerHelp } from './commands/help.js';
import { registerHistory } from './commands/history.js';
import { registerLint } from './commands/lint.js';
import { registerLocal } from './commands/local.js';
import { registerPlan } from './commands/plan.js';
import { registerRequests } from './commands/requests.js';
import { registerRollback } from './commands/rollback.js';
import { registerRouters } from './commands/routers.js';
import { registerStatus } from './commands/status.js';
import { registerSteering } from './commands/steering.js';
import { registerWait } from './commands/wait.js';
import { complete } from './completion/complete.js';
import { CliError, exitCodes } from './errors.js';
import { note, type Shell } from './shell.js';

/** The commands, in the order in which help lists them. */
const COMMANDS: readonly ((program: Command, shell: Shell) => void)[] = [
  registerDemo, registerLocal,
  registerApply, registerLint, registerPlan,
  registerGet, registerStatus, registerExplain, registerHistory, registerWait, registerRouters,
  registerSteering, registerApproving, registerApprovals, registerRequests, registerRollback, registerEject,
  registerController, registerCompletion, registerHelp,
];

/** What shells ask, by a word that is in no help. */
export const COMPLETE = '__complete';

/** Builds the command line; `run` parses and does it. @param name what it was called by */
export function createProgram(shell: Shell, version: string, name = 'serin'): Command {
  const program = new Command(name)
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

/** @param name what it was called by: `serin`, or `kubectl serin` @returns the exit code */
export async function run(shell: Shell, version: string, args: readonly string[], name = 'serin'): Promise<number> {
  try {
    const program = createProgram(shell, version, name);
    if (args[0] === COMPLETE) await complete(shell, program, args.slice(1));
    else await program.parseAsync(args, { from: 'user' });
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
