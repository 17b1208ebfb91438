import type { Command } from 'commander';
import { applyObjects, type Applied } from '../apply/apply-objects.js';
import { preflight } from '../apply/preflight.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { CliError } from '../errors.js';
import { namedObjects } from '../manifests/objects.js';
import { readManifests } from '../manifests/read-manifests.js';
import { hasErrors, problemTexts, summaryOf } from '../manifests/report.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, listOf, printData, withOutputOption } from '../output/format.js';
import { plural } from '../output/quantities.js';
import { note, print, type Shell } from '../shell.js';

interface ApplyOptions extends ConnectionOptions {
  readonly filename: string[];
  readonly dryRun?: boolean;
  readonly forceConflicts?: boolean;
  readonly output?: string;
}

export function registerApply(program: Command, shell: Shell): void {
  const command = program
    .command('apply')
    .requiredOption('-f, --filename <place...>', 'file, folder, or - for the standard input')
    .option('--dry-run', 'let the server check everything, change nothing')
    .option('--force-conflicts', 'take over fields that somebody else has set')
    .action((options: ApplyOptions) => apply(shell, options));
  withOutputOption(withConnectionOptions(command));
  withExamples(command, ['serin apply -f policy.yaml', 'serin apply -f manifests/ --dry-run', 'serin apply -n shop -f app.yaml -f policy.yaml'],
    'By server-side apply, with the field manager serin-cli; namespaces and definitions of kinds come first, policies last.');
}

async function apply(shell: Shell, options: ApplyOptions): Promise<void> {
  const read = await readManifests(shell, options.filename);
  const named = namedObjects(read.manifests);
  const early = [...read.problems, ...named.problems];
  await onCluster(shell, options, async ({ client, namespace }) => {
    const { clock, signal } = shell;
    const checked = await preflight(named.objects, { client, signal, namespace, namespaceGiven: options.namespace !== undefined, now: clock.now() });
    // What works, but not as one might think, is for lint to say.
    const problems = [...early, ...checked.problems.filter(({ severity }) => severity === 'error')];
    if (problems.length > 0) note(shell, `${problemTexts(problems)}\n`);
    if (hasErrors(problems)) throw new CliError(`nothing was applied: ${summaryOf(problems)}.`);
    const done: Applied[] = [];
    for await (const applied of applyObjects(checked.objects, { client, clock, signal, dryRun: options.dryRun ?? false, force: options.forceConflicts ?? false })) {
      done.push(applied);
      if (!isDataFormat(options.output)) report(shell, applied, options.dryRun ?? false);
    }
    if (isDataFormat(options.output)) printData(shell, listOf(done.filter(({ outcome }) => outcome !== 'failed').map(({ object }) => object)), options.output);
    const failed = done.filter(({ outcome }) => outcome === 'failed').length;
    if (failed > 0) throw new CliError(`${plural(failed, 'object')} of ${done.length} could not be applied.`);
  });
}

function report(shell: Shell, { resource, object, outcome, error }: Applied, dryRun: boolean): void {
  const { name, namespace } = object.metadata;
  const title = `${resource.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  if (outcome === 'failed') note(shell, `${title}: ${error ?? 'failed'}`);
  else print(shell, `${title} ${outcome}${dryRun ? ' (dry run)' : ''}`);
}
