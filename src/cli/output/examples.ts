import type { Command } from 'commander';

/** Adds examples, and what else is to be known, to the help of a command. They are shown with the name it was called by. */
export function withExamples(command: Command, examples: readonly string[], more = ''): Command {
  const title = examples.length === 1 ? 'Example:' : 'Examples:';
  return command.addHelpText('after', () => {
    const name = rootOf(command).name();
    const lines = examples.map((example) => `  $ ${example.replace(/(^|\| )serin /g, `$1${name} `)}`);
    return `${more === '' ? '' : `\n${more}\n`}\n${title}\n${lines.join('\n')}\n`;
  });
}

const rootOf = (command: Command): Command => (command.parent ? rootOf(command.parent) : command);
