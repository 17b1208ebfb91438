import { resolve } from 'node:path';
import type { Command } from 'commander';
import { clusterDirectory } from '../../local/supervisor/cluster-files.js';
import { SupervisorError } from '../../local/supervisor/supervisor-error.js';
import { CliError } from '../errors.js';
import type { Shell } from '../shell.js';

/** Which local cluster a command is about. */
export interface LocalOptions {
  readonly name: string;
  readonly directory?: string;
  readonly output?: string;
}

/** Adds the options that say which local cluster is meant. */
export const named = (command: Command): Command =>
  command.option('--name <name>', 'which local cluster', 'default').option('--directory <folder>', 'where it lives (default: by name, below $SERIN_HOME or ~/.local/state/serin)');

/** The folder of the cluster that is meant. */
export const directoryOf = (shell: Shell, { name, directory }: LocalOptions): string => (directory === undefined ? clusterDirectory(name, shell.env) : resolve(shell.cwd, directory));

/** What goes wrong with local clusters is for the person to read, without a stack. */
export async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SupervisorError) throw new CliError(error.message, undefined, { cause: error });
    throw error;
  }
}
