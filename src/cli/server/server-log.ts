import { pino, type Logger } from 'pino';
import { InvalidArgumentError, Option } from 'commander';
import { CliError } from '../errors.js';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** The option that says how much is logged. */
export const logLevelOption = (): Option =>
  new Option('--log-level <level>', 'how much is logged, as JSON on the standard error; who changed what is info, refusals are warn').choices(LEVELS).env('SERIN_LOG_LEVEL').default('info');

/** The log of a server; the audit log is in it, with `"log":"audit"`. */
export function serverLog(level: string): Logger {
  return pino({ name: 'serin', level, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
}

/** What keeps a server from starting, as a person is to read it: an address that is taken or not ours, or a port that takes more rights. */
export function explainedStart(error: unknown): unknown {
  const known = ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'];
  const codes = [error, error instanceof Error ? error.cause : undefined].map((each) => (each instanceof Error && 'code' in each ? each.code : undefined));
  if (!(error instanceof Error) || !codes.some((code) => typeof code === 'string' && known.includes(code))) return error;
  return new CliError(`the server cannot listen: ${error.message}.`, undefined, { cause: error });
}

/** @throws InvalidArgumentError for what is no port */
export function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('It is a port from 0 to 65535.');
  return Number(text);
}
