import type { Command } from 'commander';
import { SupervisorError } from '../../local/supervisor/supervisor-error.js';
import { runDemo } from '../demo/run-demo.js';
import { CliError } from '../errors.js';
import { withExamples } from '../output/examples.js';
import type { Shell } from '../shell.js';

interface Options {
  readonly keep?: boolean;
  readonly plain?: boolean;
  readonly rate: string;
}

export function registerDemo(program: Command, shell: Shell): void {
  const command = program
    .command('demo')
    .option('--keep', 'leave the cluster up afterwards, to play with')
    .option('--plain', 'a plain log, also on a terminal')
    .option('--rate <requests>', 'requests per second', '60')
    .action((options: Options) => demo(shell, options));
  withExamples(command, ['serin demo', 'serin demo --keep']);
}

async function demo(shell: Shell, { keep = false, plain = false, rate }: Options): Promise<void> {
  const perSecond = Number(rate);
  if (!(perSecond >= 1 && perSecond <= 2000)) throw new CliError(`--rate: "${rate}" is no number from 1 to 2000.`);
  try {
    await runDemo(shell, { keep, plain, rate: perSecond });
  } catch (error) {
    if (error instanceof SupervisorError) throw new CliError(error.message, undefined, { cause: error });
    throw error;
  }
}
