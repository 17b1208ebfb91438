import type { Command } from 'commander';
import type { ManifestProblem } from '../../manifests/problem.js';
import { CliError } from '../errors.js';
import { checkManifests } from '../manifests/check.js';
import { isLinted } from '../manifests/lint.js';
import { readManifests } from '../manifests/read-manifests.js';
import { hasErrors, problemTexts, summaryOf } from '../manifests/report.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { plural } from '../output/quantities.js';
import { print, type Shell } from '../shell.js';

interface LintOptions {
  readonly filename: string[];
  readonly namespace: string;
  readonly output?: string;
}

export function registerLint(program: Command, shell: Shell): void {
  const command = program
    .command('lint')
    .requiredOption('-f, --filename <place...>', 'file, folder, or - for the standard input')
    .option('-n, --namespace <name>', 'the namespace of objects that name none', 'default')
    .action((options: LintOptions) => lint(shell, options));
  withOutputOption(command);
  withExamples(command, ['serin lint -f policy.yaml', 'serin lint -f manifests/ -o json', 'cat policy.yaml | serin lint -f -'],
    'Objects are checked against the files alone; serin apply --dry-run checks them against the cluster, too.\nExit code 1 when there is an error; warnings do not count.');
}

async function lint(shell: Shell, { filename, namespace, output }: LintOptions): Promise<void> {
  const read = await readManifests(shell, filename);
  const { objects, problems } = checkManifests(read, namespace, shell.clock.now());
  if (isDataFormat(output)) printData(shell, problems.map(asData), output);
  else if (problems.length > 0) print(shell, problemTexts(problems));
  if (hasErrors(problems)) throw new CliError(`${summaryOf(problems)}.`);
  if (isDataFormat(output)) return;
  const own = objects.filter(({ object }) => isLinted(object)).length;
  const rest = objects.length - own;
  print(shell, `${plural(own, 'object')} of Serin checked, no error${rest > 0 ? `; ${plural(rest, 'other object')} only read` : ''}.`);
}

function asData({ file, line, column, severity, message, remedy }: ManifestProblem): unknown {
  return { file, line, column, severity, message, remedy };
}
