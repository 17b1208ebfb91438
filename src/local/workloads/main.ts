import { Command } from 'commander';
import { pino } from 'pino';
import { runWorkloadsProcess } from './workloads-process.js';

interface Flags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly logLevel: string;
}

const flags = new Command('workloads')
  .description('Runs the workload controllers of the local cluster against the API of a kubeconfig until SIGTERM.')
  .option('--kubeconfig <file>', 'default: as kubectl finds it')
  .option('--context <name>', 'default: the current context of the kubeconfig')
  .option('--log-level <level>', 'debug, info, warn or error', 'info')
  .parse()
  .opts<Flags>();

const logger = pino({ level: flags.logLevel }, pino.destination({ dest: 2, sync: true }));
const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort(new Error(signal)));

try {
  await runWorkloadsProcess({ ...flags, env: process.env, seed: process.pid, logger, signal: ending.signal });
} catch (error) {
  logger.error({}, error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
