import type { Command } from 'commander';

/** Adds examples, and what else is to be known, to the help of a command. */
export function withExamples(command: Command, examples: readonly string[], more = ''): Command {
  const title = examples.length === 1 ? 'Example:' : 'Examples:';
  return command.addHelpText('after', `${more === '' ? '' : `\n${more}\n`}\n${title}\n${examples.map((example) => `  $ ${example}`).join('\n')}\n`);
}
