import type { Command } from 'commander';
import { nearestName } from '../../model/suggestion.js';
import { CliError, exitCodes } from '../errors.js';
import { tableLines } from '../output/table.js';
import { print, type Shell } from '../shell.js';

const EXIT_CODES: readonly { readonly code: number; readonly meaning: string }[] = [
  { code: 0, meaning: 'done; for wait: ended as wanted' },
  { code: exitCodes.failed, meaning: 'it could not be done, or lint or plan found an error' },
  { code: exitCodes.usage, meaning: 'the command line is wrong' },
  { code: exitCodes.aborted, meaning: 'wait: the release was taken back' },
  { code: exitCodes.timedOut, meaning: 'wait: it had not ended in time' },
  { code: 130, meaning: 'stopped by Ctrl-C' },
];

/** `help`, which also knows topics that are no commands. */
export function registerHelp(program: Command, shell: Shell): void {
  program
    .helpCommand(false)
    .command('help')
    .argument('[command|topic]')
    .action((topic: string | undefined) => help(program, shell, topic));
  program.addHelpText('after', '\nExit codes: serin help exit-codes\n');
}

function help(program: Command, shell: Shell, topic: string | undefined): void {
  if (topic === undefined) return program.outputHelp();
  if (topic === 'exit-codes') {
    const lines = tableLines([{ title: 'CODE', text: ({ code }: (typeof EXIT_CODES)[number]) => String(code) }, { title: 'MEANING', text: ({ meaning }) => meaning }], EXIT_CODES);
    return lines.forEach((line) => print(shell, line));
  }
  const command = program.commands.find((each) => each.name() === topic);
  if (command) return command.outputHelp();
  const meant = nearestName(topic, [...program.commands.map((each) => each.name()), 'exit-codes']);
  throw new CliError(`there is no command or topic "${topic}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`, exitCodes.usage);
}
