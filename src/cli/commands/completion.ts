import { Argument, type Command } from 'commander';
import { scripts, setUp, shells, type ShellName } from '../completion/scripts.js';
import { withExamples } from '../output/examples.js';
import type { Shell } from '../shell.js';

export function registerCompletion(program: Command, shell: Shell): void {
  const command = program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell that reads it').choices([...shells]))
    .action((name: ShellName) => void shell.stdout.write(scripts[name]));
  withExamples(command, shells.map((name) => `serin completion ${name}`), `For good:\n${shells.map((name) => `  ${setUp[name]}`).join('\n')}\nThe kubectl plugin completes by itself where kubectl does.`);
}
