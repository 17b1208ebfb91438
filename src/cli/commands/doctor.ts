import type { Command } from 'commander';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { diagnose } from '../doctor/diagnosis.js';
import type { Finding, Result } from '../doctor/finding.js';
import { gatherFacts } from '../doctor/gathering.js';
import { CliError } from '../errors.js';
import { coloursOf } from '../output/colours.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { plural } from '../output/quantities.js';
import { print, type Shell } from '../shell.js';

interface DoctorOptions extends ConnectionOptions {
  readonly output?: string;
}

export function registerDoctor(program: Command, shell: Shell): void {
  const command = program
    .command('doctor')
    .action((options: DoctorOptions) => doctor(shell, options, program.version() ?? ''));
  withOutputOption(withConnectionOptions(command));
  withExamples(command, ['serin doctor', 'serin doctor -o json', 'serin doctor --context production'],
    'Looks at all namespaces and changes nothing. Your own rights are those in the namespace of -n.\nA line a check: ok; warn, for what works differently than one might think; fail, for what does not work. Exit code 1 on fail.');
}

async function doctor(shell: Shell, options: DoctorOptions, version: string): Promise<void> {
  const findings = await onCluster(shell, options, async ({ client, namespace }) => diagnose(await gatherFacts(client, namespace, shell.clock, shell.signal), version));
  if (isDataFormat(options.output)) printData(shell, findings, options.output);
  else for (const line of linesOf(findings, shell)) print(shell, line);
  const failed = findings.filter(({ result }) => result === 'fail').length;
  if (failed > 0) throw new CliError(`${plural(failed, 'check')} failed.`);
}

function linesOf(findings: readonly Finding[], shell: Shell): string[] {
  const { good, warning, bad } = coloursOf(shell);
  const colour: Readonly<Record<Result, (text: string) => string>> = { ok: good, warn: warning, fail: bad };
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings.map(({ check, result, message, remedy }) => `${colour[result](result.padEnd(4))}  ${check.padEnd(width)}  ${message}${remedy === undefined ? '' : ` ${remedy}`}`);
}
