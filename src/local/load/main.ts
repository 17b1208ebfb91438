import { Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { runLoad, type LoadOptions, type Observation, type Users } from './load.js';

interface Flags {
  rate: number;
  arrivals: 'poisson' | 'even';
  seed: number;
  duration?: number;
  header: Record<string, string>;
  method: string;
  body?: string;
  users?: number;
  userHeader?: string;
  userCookie?: string;
  observeHeader?: string;
  observeBody?: RegExp;
  timeout: number;
  connections: number;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0');
  return value;
};
const pattern = (text: string): 'poisson' | 'even' => {
  if (text !== 'poisson' && text !== 'even') throw new InvalidArgumentError('must be poisson or even');
  return text;
};
const regex = (text: string): RegExp => {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
};
const header = (text: string, before: Record<string, string>): Record<string, string> => {
  const at = text.indexOf(':');
  if (at < 1) throw new InvalidArgumentError('must be written as "name: value"');
  return { ...before, [text.slice(0, at).trim().toLowerCase()]: text.slice(at + 1).trim() };
};

const command = new Command('serin-load')
  .description('Sends requests at a steady rate without waiting for answers; one line of JSON a second, and a last one with the sum')
  .argument('<url>', 'where to send them')
  .option('--rate <per second>', 'requests per second', positive, 50)
  .option('--arrivals <poisson|even>', 'how they are spread over time', pattern, 'poisson')
  .option('--seed <number>', 'of arrivals and users', Number, 1)
  .option('--duration <seconds>', 'until SIGTERM or SIGINT when absent', positive)
  .option('--header <"name: value">', 'sent with every request; may be repeated', header, {})
  .option('--method <name>', 'of every request', 'GET')
  .option('--body <text>', 'of every request')
  .option('--users <count>', 'how many users there are', positive)
  .option('--user-header <name>', 'the header with the id of the user')
  .option('--user-cookie <name>', 'the cookie with the id of the user')
  .option('--observe-header <name>', 'counts answers by this header')
  .option('--observe-body <regex>', 'counts answers by its first group in the body', regex)
  .option('--timeout <milliseconds>', 'after which a request has failed', positive, 10_000)
  .option('--connections <count>', 'at most so many at once', positive, 512)
  .parse();

const flags = command.opts<Flags>();

function users(): Users | undefined {
  if (flags.users === undefined) return undefined;
  const carrier = flags.userHeader === undefined ? { cookie: flags.userCookie ?? 'user' } : { header: flags.userHeader };
  return { count: flags.users, carrier };
}

function observation(): Observation | undefined {
  if (flags.observeHeader !== undefined) return { header: flags.observeHeader };
  return flags.observeBody === undefined ? undefined : { body: flags.observeBody };
}

const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

const population = users();
const observe = observation();
const options: LoadOptions = {
  url: command.args[0] ?? '',
  rate: flags.rate,
  arrivals: flags.arrivals,
  clock: systemClock,
  random: seededRandom(flags.seed),
  method: flags.method,
  headers: flags.header,
  timeout: flags.timeout,
  connections: flags.connections,
  ...(flags.body === undefined ? {} : { body: flags.body }),
  ...(flags.duration === undefined ? {} : { durationSeconds: flags.duration }),
  ...(population ? { users: population } : {}),
  ...(observe ? { observe } : {}),
  onSecond: (second, report) => print({ type: 'second', second, ...report }),
};
try {
  print({ type: 'summary', ...(await runLoad(options, stopping.signal)) });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
