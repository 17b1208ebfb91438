import { outcomeOf } from '../../../frontends/argo/conditions/outcome.js';
import type { AnalysisRun, Measurement } from '../../../frontends/argo/kinds/analysis.js';
import type { DueMeasurement, TakenMeasurement } from '../../../frontends/argo/runs/advance.js';
import { fillArguments } from '../../../frontends/argo/runs/filling.js';
import { JOB_NAME_KEY, JOB_NAMESPACE_KEY } from '../../../frontends/argo/runs/labels.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import { blotted } from '../../../metrics/requesting/blotted.js';
import type { SecretReader } from '../../../metrics/requesting/secret-reader.js';
import type { Clock } from '../../../ports/clock.js';
import { NotLeading } from '../../writes.js';
import { NotMeasured, type Measured, type Provider } from './providers/provider.js';
import { secretArguments } from './secret-arguments.js';

/** Most characters of a value that are kept: a status holds many. */
const LONGEST = 4096;

export interface TakeOptions {
  readonly clock: Clock;
  readonly secrets: SecretReader;
  /** By the name of the provider, as it stands in the metric. */
  readonly providers: Readonly<Record<string, Provider>>;
}

/** Takes one measurement. What goes wrong is a measurement too. @throws the signal's reason; NotLeading */
export async function takeMeasurement(run: AnalysisRun, due: DueMeasurement, { clock, secrets, providers }: TakeOptions, signal: AbortSignal): Promise<TakenMeasurement> {
  const startedAt = timestamp(clock.now());
  const told = new Set<string>();
  const taken = (measurement: Omit<Measurement, 'startedAt'>, metadata?: Readonly<Record<string, string>>): TakenMeasurement =>
    ({ metric: due.metric.name, number: due.number, measurement: { startedAt, ...measurement }, ...(metadata ? { metadata: withoutSecrets(metadata, [...told]) } : {}) });
  try {
    const values = await secretArguments(run, secrets, signal);
    for (const value of values.values()) told.add(value);
    const problems = new Set<string>();
    const metric = fillArguments(due.metric, { values }, problems);
    if (problems.size > 0) throw new NotMeasured([...problems].join('; '));
    const name = Object.keys(metric.provider).find((each) => providers[each] !== undefined) ?? '';
    const provider = providers[name];
    if (!provider) throw new NotMeasured(`${Object.keys(metric.provider).join(', ')} is not asked by Serin`);
    const found = await provider({ run, metric, number: due.number, secrets: told }, signal);
    if ('job' in found) return taken({ phase: 'Running', metadata: { [JOB_NAME_KEY]: found.job, [JOB_NAMESPACE_KEY]: run.metadata.namespace ?? '' } });
    const { phase, message } = outcomeOf(found.result, metric);
    return taken({ phase, ...shown(found, [...told]), ...(message === undefined ? {} : { message: blotted(message, [...told]) }), finishedAt: timestamp(clock.now()) }, found.metricMetadata);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotLeading) throw error;
    return taken({ phase: 'Error', message: blotted(error instanceof Error ? error.message : String(error), [...told]), finishedAt: timestamp(clock.now()) });
  }
}

function shown({ value, metadata }: Measured, told: readonly string[]): Pick<Measurement, 'value' | 'metadata'> {
  const clean = clear(value, told);
  return { value: clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean, ...(metadata ? { metadata: withoutSecrets(metadata, told) } : {}) };
}

const withoutSecrets = (texts: Readonly<Record<string, string>>, told: readonly string[]): Record<string, string> => Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, clear(text, told)]));

/** A text as it is where no secret can be in it. */
const clear = (text: string, told: readonly string[]): string => (told.length === 0 ? text : blotted(text, told));
