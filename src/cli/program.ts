import { Command, CommanderError } from 'commander';
import { ApiError } from '../cluster/api-error.js';
import { CredentialError } from '../cluster/credentials.js';
import { KubeconfigError } from '../cluster/kubeconfig/fields.js';
import { TransportError } from '../cluster/transport-error.js';
import { catalogue } from './commands/catalogue.js';
import { complete } from './completion/complete.js';
import { ApprovalError } from '../approvals/approval-error.js';
import { CliError, exitCodes } from './errors.js';
import { note, type Shell } from './shell.js';

/** What shells ask, by a word that is in no help. */
export const COMPLETE = '__complete';

/**
 * Builds the command line; `run` parses and does it. Commands that are not `needed` are there by name alone.
 * @param name what it was called by
 */
export async function createProgram(shell: Shell, version: string, name = 'serin', needed: (command: string) => boolean = () => true): Promise<Command> {
  const program = new Command(name)
    .description('Puts a new version in front of users a little at a time, watches, and takes it back when it is worse.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({ writeOut: (text) => void shell.stdout.write(text), writeErr: (text) => void shell.stderr.write(text) });
  for (const { commands, load } of catalogue) {
    const names = Object.keys(commands);
    if (names.some(needed)) (await load())(program, shell);
    else for (const each of names) program.command(each);
    for (const each of names) program.commands.find((command) => command.name() === each)?.description(commands[each] ?? '');
  }
  for (const command of program.commands) inheritSettings(command, program);
  return program;
}

/** Which commands a command line needs: the one that it names, and all to show their help. */
function neededBy(args: readonly string[]): (command: string) => boolean {
  const [first = '--help'] = args;
  const showsAll = first === 'help' || (first.startsWith('-') && first !== '--version' && first !== '-V');
  return (command) => showsAll || command === first;
}

function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

/** @param name what it was called by: `serin`, or `kubectl serin` @returns the exit code */
export async function run(shell: Shell, version: string, args: readonly string[], name = 'serin'): Promise<number> {
  try {
    if (args[0] === COMPLETE) {
      const words = args.slice(1);
      await complete(shell, await createProgram(shell, version, name, (command) => words.slice(0, -1).includes(command)), words);
    } else {
      const program = await createProgram(shell, version, name, neededBy(args));
      await program.parseAsync(args, { from: 'user' });
    }
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
  if (error instanceof ApprovalError || error instanceof KubeconfigError || error instanceof CredentialError || error instanceof ApiError || error instanceof TransportError) note(shell, `serin: ${error.message}`);
  else note(shell, `serin: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exitCodes.failed;
}
