import { InvalidArgumentError, type Command } from 'commander';
import { formatDuration, parseDuration } from '../../model/duration.js';
import { metricsOf } from '../../strategies/analysis/planned-analysis.js';
import { adviceOf, suggestionsOf, type Calibrated } from '../calibration/advice.js';
import { assess, plannedSamples } from '../calibration/assessment.js';
import { planAgainstItself } from '../calibration/calibrated-policy.js';
import { startCollectors, type Collectors } from '../calibration/collectors.js';
import { marginOf } from '../calibration/margins.js';
import { asksPods, calibratedMetrics, type CalibratedMetric, type LeftOut } from '../calibration/metrics.js';
import { calibrationLines } from '../calibration/report.js';
import { sampled } from '../calibration/sampling.js';
import { dividedPods, type DividedPods } from '../calibration/stable-pods.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
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
  readonly metric: readonly string[];
  readonly prometheus?: string;
  readonly output?: string;
}

const SHORTEST_INTERVAL = 100;
const DEFAULT_COLUMNS = 80;

export function registerCalibrate(program: Command, shell: Shell): void {
  const command = program
    .command('calibrate')
    .argument('<policy>')
    .option('--for <duration>', 'how long to look', duration, parseDuration('10m'))
    .option('--every <duration>', 'time between two rounds in which Pods are asked', duration, parseDuration('1s'))
    .option('--metric <metric>', 'a metric of the policy; may be given several times', (name: string, names: readonly string[]) => [...names, name], [])
    .option('--prometheus <url>', 'where Prometheus is reached from here, in place of the address in the policy', url)
    .action((policy: string, options: CalibrateOptions) => calibrate(shell, policy, options));
  for (const option of command.options) {
    if (typeof option.defaultValue === 'number') option.default(option.defaultValue, formatDuration(option.defaultValue));
    if (Array.isArray(option.defaultValue)) option.default(option.defaultValue, 'all');
  }
  withOutputOption(withConnectionOptions(command));
  withExamples(command, ['serin calibrate web', 'serin calibrate web --for 30m --metric errors', 'serin calibrate web --prometheus http://localhost:9090', 'serin calibrate web -o json'],
    'Splits the Pods of the stable version in two halves by chance, holds one against the other, and tries margins on what it saw.\nOne Pod alone is held against what it does a moment later.\nPods are asked through the API server, which takes the right to get pods/proxy. Nothing is changed. Ctrl-C ends it early, with what there is.');
}

function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : '');
  }
}

function url(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new InvalidArgumentError('It takes an address such as http://localhost:9090.');
  return text;
}

async function calibrate(shell: Shell, name: string, options: CalibrateOptions): Promise<void> {
  const { for: lasting, every } = options;
  if (every < SHORTEST_INTERVAL) throw new CliError(`--every ${formatDuration(every)} is too short; 100ms is the least.`, exitCodes.usage);
  await onCluster(shell, options, async (connection) => {
    const { client } = connection;
    const { clock, random, signal } = shell;
    const policy = await findPolicy(connection, name, signal);
    const plan = await planAgainstItself(client, policy, signal);
    const { metrics, leftOut } = calibratedMetrics(policy.spec, plan, options.metric);
    const divided = await dividedPods(client, policy, random, signal);
    const least = plannedSamples(every / 1000, divided.division) * every;
    if (lasting < least && metrics.some(asksPods)) throw new CliError(`--for ${formatDuration(lasting)} with a sample every ${formatDuration(every)} is too short: it takes ${plannedSamples(every / 1000, divided.division)} samples, so --for ${formatDuration(least)} at least.`, exitCodes.usage);
    const collectors = startCollectors({ client, clock, policy, divided, interval: every, prometheus: options.prometheus });
    try {
      const { able, unable } = await ableOf(collectors, metrics, signal);
      const left = [...leftOut, ...unable];
      for (const { name: metric, why } of left) note(shell, `Metric ${metric} is left out: ${why}`);
      note(shell, `${aboutOf(divided)} for ${formatDuration(lasting)}.`);
      const until = clock.monotonic() + lasting;
      const seen = await Promise.all(able.map(async (metric) => ({ metric, ...(await sampled(() => collectors.of(metric), { clock, until, signal })) })));
      if (signal.aborted && seen.every(({ samples }) => samples.length === 0)) throw new CliError('stopped before anything was seen.');
      const calibrated = seen.map(({ metric, samples, problem }): Calibrated => {
        const assessment = assess(samples, metric.judged, divided.division, random);
        return { metric, assessment, advice: adviceOf(assessment, metric, problem) };
      });
      const suggestions = suggestionsOf(policy.metadata.name, metricsOf(policy.spec), calibrated);
      if (isDataFormat(options.output)) {
        const told = calibrated.map(({ metric, assessment, advice }) => ({ name: metric.name, margin: marginOf(metric.judged.measure).own, ...assessment, advice: advice.text }));
        printData(shell, { policy: policy.metadata.name, division: divided.division, pods: divided.names, metrics: told, leftOut: left, suggestions }, options.output);
      } else {
        const lines = calibrationLines(calibrated, plan.analysis?.falseAlarm ?? 0, suggestions, coloursOf(shell), shell.stdout.columns ?? DEFAULT_COLUMNS);
        for (const line of lines) print(shell, line);
      }
      if (calibrated.every(({ assessment }) => assessment.missing.length > 0)) throw new CliError('there was too little to calibrate with.');
    } finally {
      await collectors.stop();
    }
  });
}

/** Whether Pods can be asked at all, before somebody waits for minutes. @throws CliError where no metric is left */
async function ableOf(collectors: Collectors, metrics: readonly CalibratedMetric[], signal: AbortSignal): Promise<{ readonly able: readonly CalibratedMetric[]; readonly unable: readonly LeftOut[] }> {
  const asked = await Promise.all(metrics.map(async (metric) => ({ metric, why: await collectors.objectionTo(metric, signal) })));
  const able = asked.flatMap(({ metric, why }) => (why === undefined ? [metric] : []));
  const unable = asked.flatMap(({ metric, why }) => (why === undefined ? [] : [{ name: metric.name, why }]));
  const [first] = unable;
  if (able.length === 0 && first) throw new CliError(first.why);
  return { able, unable };
}

function aboutOf({ division, names, of }: DividedPods): string {
  if (division === 'time') return 'Holds the one Pod against itself a moment later,';
  const drawn = names.stable.length + names.canary.length;
  return `Holds ${plural(names.stable.length, 'Pod')} against ${names.canary.length}${of > drawn ? `, drawn from ${of},` : ''}`;
}
