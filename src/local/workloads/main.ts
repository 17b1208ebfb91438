import { Command, InvalidArgumentError } from 'commander';
import { pino } from 'pino';
import { runWorkloadsProcess } from './workloads-process.js';

interface Flags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly autoscalerPeriod: number;
  readonly logLevel: string;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError('must be a number of seconds above 0.');
  return seconds;
}

const flags = new Command('workloads')
  .description('Runs the workload controllers of the local cluster against the API of a kubeconfig until SIGTERM.')
  .option('--kubeconfig <file>', 'default: as kubectl finds it')
  .option('--context <name>', 'default: the current context of the kubeconfig')
  .option('--autoscaler-period <seconds>', 'between two looks at the metrics of an autoscaler', parseSeconds, 15)
  .option('--log-level <level>', 'debug, info, warn or error', 'info')
  .parse()
  .opts<Flags>();

const logger = pino({ level: flags.logLevel }, pino.destination({ dest: 2, sync: true }));
const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort(new Error(signal)));

try {
  await runWorkloadsProcess({ ...flags, autoscalerPeriod: flags.autoscalerPeriod * 1000, env: process.env, seed: process.pid, logger, signal: ending.signal });
} catch (error) {
  logger.error({}, error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
