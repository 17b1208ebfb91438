import type { Command } from 'commander';
import { print, type Shell } from '../shell.js';

/** `version`: as `--version`, for those who type it so. */
export function registerVersion(program: Command, shell: Shell): void {
  program.command('version').action(() => print(shell, program.version() ?? ''));
}
