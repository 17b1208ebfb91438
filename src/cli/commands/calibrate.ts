import { InvalidArgumentError, type Command } from 'commander';
import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { RawCounts } from '../../metrics/windows/counts.js';
import { formatDuration, parseDuration } from '../../model/duration.js';
import { adviceOf } from '../calibration/advice.js';
import { assess, PLANNED_BLOCKS } from '../calibration/assessment.js';
import { countingOf, type Counting } from '../calibration/counting.js';
import { halvesOf, type Halves } from '../calibration/halves.js';
import { measureOf } from '../calibration/measure.js';
import { askPod, type PodPlace } from '../calibration/pod-proxy.js';
import { calibrationLines } from '../calibration/report.js';
import { sampleHalves } from '../calibration/sampling.js';
import { stablePods } from '../calibration/stable-pods.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type Connection, type ConnectionOptions } from '../connection.js';
import { CliError, exitCodes } from '../errors.js';
import { coloursOf } from '../output/colours.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { plural } from '../output/quantities.js';
import { note, print, type Shell } from '../shell.js';
import { findPolicy } from '../target.js';

interface CalibrateOptions extends ConnectionOptions {
  readonly for: number;
  readonly every: number;
  readonly metric?: string;
  readonly output?: string;
}

/** More would be asked of an API server than this is worth. */
const MOST_PODS = 40;
const SHORTEST_INTERVAL = 100;
const DEFAULT_COLUMNS = 80;

export function registerCalibrate(program: Command, shell: Shell): void {
  const command = program
    .command('calibrate')
    .argument('<policy>')
    .option('--for <duration>', 'how long to look', duration, parseDuration('10m'))
    .option('--every <duration>', 'time between two samples', duration, parseDuration('1s'))
    .option('--metric <metric>', 'an error rate of the policy (default: its first one)')
    .action((policy: string, options: CalibrateOptions) => calibrate(shell, policy, options));
  for (const option of command.options) if (typeof option.defaultValue === 'number') option.default(option.defaultValue, formatDuration(option.defaultValue));
  withOutputOption(withConnectionOptions(command));
  withExamples(command, ['serin calibrate web', 'serin calibrate web --for 30m --metric errors', 'serin calibrate web -o json'],
    'Splits the Pods of the stable version in two halves by chance, holds one against the other, and tries margins on what it saw.\nPods are asked through the API server, which takes the right to get pods/proxy. Nothing is changed. Ctrl-C ends it early, with what there is.');
}

function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : '');
  }
}

async function calibrate(shell: Shell, name: string, options: CalibrateOptions): Promise<void> {
  const { for: lasting, every } = options;
  if (every < SHORTEST_INTERVAL) throw new CliError(`--every ${formatDuration(every)} is too short; 100ms is the least.`, exitCodes.usage);
  if (lasting < PLANNED_BLOCKS * every) throw new CliError(`--for ${formatDuration(lasting)} with a sample every ${formatDuration(every)} is too short: it takes ${PLANNED_BLOCKS} samples, so --for ${formatDuration(PLANNED_BLOCKS * every)} at least.`, exitCodes.usage);
  await onCluster(shell, options, async (connection) => {
    const { client } = connection;
    const policy = await findPolicy(connection, name, shell.signal);
    const { analysis } = policy.spec;
    const measure = measureOf(analysis, options.metric);
    const count = countingOf(measure);
    const pods = await stablePods(client, policy, measure.scrape, shell.signal);
    const halves = halvesOf(pods, shell.random, MOST_PODS);
    await tryOne(connection, halves, count, shell.signal);
    note(shell, `Asks ${plural(halves.stable.length, 'Pod')} against ${halves.canary.length} for ${formatDuration(lasting)}${pods.length > MOST_PODS ? `, drawn from ${pods.length}` : ''}.`);
    const { blocks, lost } = await sampleHalves({ halves, ask: (pod, signal) => counted(client, pod, count, signal), clock: shell.clock, every, lasting, signal: shell.signal });
    for (const { pod, why } of lost) note(shell, `Pod ${pod.name} was left out, for it stopped answering: ${why}`);
    if (blocks.length === 0 && shell.signal.aborted) throw new CliError('stopped before anything was seen.');
    const assessment = assess(blocks, measure.settings, measure.confidence, shell.random);
    const advice = adviceOf(assessment, measure, analysis);
    if (isDataFormat(options.output)) {
      const namesOf = (some: readonly PodPlace[]): string[] => some.map((pod) => pod.name);
      printData(shell, { policy: policy.metadata.name, metric: measure.name, pods: { stable: namesOf(halves.stable), canary: namesOf(halves.canary) }, worseBy: measure.settings.worseBy, ...assessment, advice }, options.output);
    } else for (const line of calibrationLines(assessment, measure, advice, coloursOf(shell), shell.stdout.columns ?? DEFAULT_COLUMNS)) print(shell, line);
    if (assessment.missing.length > 0) throw new CliError('there was too little to calibrate with.');
  });
}

/** @throws CliError for a Pod that tells nothing of its requests */
async function counted(client: ClusterClient, pod: PodPlace, count: Counting, signal: AbortSignal): Promise<RawCounts> {
  const counts = count(await askPod(client, pod, signal));
  if (!counts) throw new CliError(`Pod ${pod.name} answers at port ${pod.port}, ${pod.path}, but tells nothing of its requests. See docs/metric-sources.md for what is understood; from.scrape of the metric names counters of your own.`);
  return counts;
}

/** Whether Pods can be asked at all, before somebody waits for minutes. @throws CliError */
async function tryOne({ client, namespace }: Connection, { stable: [pod] }: Halves<PodPlace>, count: Counting, signal: AbortSignal): Promise<void> {
  if (!pod) return;
  try {
    await counted(client, pod, count, signal);
  } catch (error) {
    if (isForbidden(error)) throw new CliError(`you may not ask Pods of namespace ${namespace} through the API server. It takes a role with the verb get for the resource pods/proxy.`, exitCodes.failed, { cause: error });
    if (error instanceof CliError) throw error;
    throw new CliError(`Pod ${pod.name} does not answer at port ${pod.port}, ${pod.path}: ${error instanceof Error ? error.message : String(error)}`, exitCodes.failed, { cause: error });
  }
}
