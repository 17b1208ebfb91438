import { InvalidArgumentError, type Command } from 'commander';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { explanation } from '../explain/explanation.js';
import { gatherFacts } from '../explain/gathering.js';
import type { RequestMarks } from '../explain/request.js';
import { coloursOf } from '../output/colours.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { print, type Shell } from '../shell.js';
import { findTarget } from '../target.js';

interface ExplainOptions extends ConnectionOptions {
  readonly cookie: RequestMarks['cookies'];
  readonly header: RequestMarks['headers'];
  readonly output?: string;
}

export function registerExplain(program: Command, shell: Shell): void {
  const command = program
    .command('explain')
    .argument('<policy|release>', 'name; policy/NAME or release/NAME where both exist')
    .option('--cookie <name=value>', 'which version a browser with this cookie gets; may be given again', mark, [])
    .option('--header <name=value>', 'the same for a request with this header; may be given again', mark, [])
    .action((name: string, options: ExplainOptions) => explain(shell, name, options));
  withOutputOption(withConnectionOptions(command));
  withExamples(command, ['serin explain web', 'serin explain web --cookie tester=yes', 'serin explain release/web-1 --header end-user=jason']);
}

function mark(text: string, before: RequestMarks['cookies']): RequestMarks['cookies'] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as name=value.');
  return [...before, { name: text.slice(0, at), value: text.slice(at + 1) }];
}

async function explain(shell: Shell, name: string, { cookie, header, ...options }: ExplainOptions): Promise<void> {
  await onCluster(shell, options, async (connection) => {
    const target = await findTarget(connection, name, shell.signal);
    const sections = explanation(await gatherFacts(connection.client, target, shell.signal), { cookies: cookie, headers: header });
    if (isDataFormat(options.output)) return printData(shell, sections, options.output);
    const { strong } = coloursOf(shell);
    sections.forEach(({ title, lines }, index) => {
      if (index > 0) print(shell);
      print(shell, strong(title));
      for (const line of lines) print(shell, `  ${line}`);
    });
  });
}
