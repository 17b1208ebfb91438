import type { Command } from 'commander';
import { CliError } from '../errors.js';
import { convertManifests } from '../convert/conversion.js';
import { yamlDocuments } from '../convert/documents.js';
import { readManifests } from '../manifests/read-manifests.js';
import { hasErrors, problemTexts, summaryOf } from '../manifests/report.js';
import { withExamples } from '../output/examples.js';
import { note, print, type Shell } from '../shell.js';

interface ConvertOptions {
  readonly filename: string[];
}

export function registerConvert(program: Command, shell: Shell): void {
  const command = program
    .command('convert')
    .requiredOption('-f, --filename <place...>', 'file, folder, or - for the standard input')
    .action((options: ConvertOptions) => convert(shell, options));
  withExamples(command, ['serin convert -f rollout.yaml', 'serin convert -f manifests/ > policies.yaml', 'kubectl get canary web -o yaml | serin convert -f -'],
    'What has no equal is said in a comment above the policy. Templates of metrics that stand in the files are converted along; Services, Ingresses and Deployments in them are looked at.\nExit code 1, and no policy, when something cannot be read or served.');
}

async function convert(shell: Shell, { filename }: ConvertOptions): Promise<void> {
  const { converted, left, problems } = convertManifests(await readManifests(shell, filename));
  if (hasErrors(problems)) {
    note(shell, problemTexts(problems));
    throw new CliError(`${summaryOf(problems)}.`);
  }
  if (left.length > 0) note(shell, `Left as ${left.length === 1 ? 'it is' : 'they are'}: ${left.join(', ')}.`);
  if (converted.length === 0) throw new CliError('There is nothing to convert: no Rollout of Argo, no Canary of Flagger and no Application of KubeVela.');
  print(shell, yamlDocuments(converted).trimEnd());
}
