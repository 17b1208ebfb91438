import { isConflict, isNotFound } from '../../../cluster/api-error.js';
import type { Change, Informer } from '../../../cluster/informer.js';
import { createWorkQueue } from '../../../cluster/work-queue.js';
import { JOB_RUN_LABEL } from '../../../frontends/argo/runs/labels.js';
import { isConditionTrue } from '../../../kubernetes/conditions.js';
import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { controllerOf } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import { createRequester } from '../../../metrics/requesting/requester.js';
import { createSecretReader, MissingSecret, type SecretReader } from '../../../metrics/requesting/secret-reader.js';
import { message } from '../../../model/messages.js';
import type { FrontendLoop, FrontendParts } from '../../frontend-loop.js';
import { nobodyElse, type OtherController } from '../../other-controller.js';
import { NotLeading } from '../../writes.js';
import type { ArgoCaches } from '../argo-caches.js';
import type { ArgoMetrics } from '../metrics/argo-metrics.js';
import { parseRunKey, runKey, type AnalysisRunContext, type RunName } from './context.js';
import { AT_ONCE, Measurements } from './measurements.js';
import { Accesses } from './providers/authentication.js';
import { datadogProvider } from './providers/datadog.js';
import { jobProvider } from './providers/job.js';
import { prometheusProvider } from './providers/prometheus.js';
import { NotMeasured, type Provider } from './providers/provider.js';
import { webProvider } from './providers/web.js';
import { letGoOfRun, reconcileRun } from './reconcile-run.js';
import { takeMeasurement } from './take-measurement.js';

/** How many runs are worked on at once. */
const WORKERS = 4;

/** What is the same for all AnalysisRuns. */
export interface AnalysisRunsOptions {
  /** Where Secrets of providers are that are not in the namespace of a run; `argo-rollouts` when absent. */
  readonly sharedNamespace?: string;
  /** Told of passes. */
  readonly metrics?: Pick<ArgoMetrics, 'timed'> | undefined;
  /** Who else may look after them; nobody when absent. */
  readonly others?: Pick<OtherController, 'about'>;
}

/** Serves AnalysisRuns, of Rollouts, of Experiments and of nothing: starts their loop. */
export function startAnalysisRuns(parts: FrontendParts, argo: Pick<ArgoCaches, 'analysisRuns'>, options: AnalysisRunsOptions = {}): FrontendLoop {
  const { others = nobodyElse } = options;
  const { writing, caches, client, clock, random, onError } = parts;
  const runs = argo.analysisRuns;
  let filled = false;
  const queue = createWorkQueue(
    async (key) => {
      const at = parseRunKey(key);
      // A cache that is not filled looks like a cluster where everything was deleted.
      if (!filled) return undefined;
      if (!writing.leadership.mayWrite()) return letGoOfRun(context, key);
      try {
        const pass = (): Promise<number | undefined> => reconcileRun(context, at);
        const again = await (options.metrics ? options.metrics.timed('analysis_run', at, clock, pass) : pass());
        context.conflicts.ended(keyOfRefusals(key));
        return again === undefined ? undefined : { againAfter: Math.max(0, again - clock.now()) };
      } catch (error) {
        if (error instanceof NotLeading) return letGoOfRun(context, key);
        // Somebody else wrote first, or what we knew is gone: the change that did it brings the key back, but be sure.
        if (error instanceof Error && (isConflict(error) || isNotFound(error))) return { againAfter: refused(at, error) };
        throw error;
      }
    },
    { clock, random, workers: WORKERS, onError: (key, error) => onError(error, `analysisrun/${key}`) },
  );
  /** @returns milliseconds until the next try */
  const refused = (at: RunName, error: Error): number => {
    const { againAfter, tells } = context.conflicts.refused(keyOfRefusals(runKey(at)), error);
    const run = tells ? runs.get(at) : undefined;
    if (tells) onError(error, `analysisrun/${runKey(at)}`);
    if (run) context.events.record(run, message('WriteRefused', { detail: error.message }), 'Warning');
    return againAfter;
  };
  const requester = createRequester({ clock, connections: AT_ONCE, ...(parts.addressOf ? { addressOf: parts.addressOf } : {}) });
  const secrets = parts.withoutConfig ? withoutSecrets : createSecretReader(client, clock);
  const providers = providersOf(parts, options, requester);
  const measurements = new Measurements({
    take: (run, due, signal) => takeMeasurement(run, due, { clock, secrets, providers }, signal),
    onTaken: (key) => queue.add(key),
    onError: (key, error) => onError(error, `analysisrun/${key}`),
  });
  const context: AnalysisRunContext = { ...writing, caches, clock, runs, measurements, events: parts.events, defaults: parts, gone: new Map(), others };
  const everything = (): void => {
    for (const { metadata } of runs.list()) queue.add(runKey({ namespace: metadata.namespace ?? '', name: metadata.name }));
  };
  const jobChanged = ({ type, object }: Change<KubernetesObject>): void => {
    const key = runOfJob(object);
    if (key === undefined) return;
    // One that goes as soon as it ends is seen all the same.
    if (type === 'deleted' && hasEnded(object as Job)) {
      const all = context.gone.get(key) ?? new Map<string, Job>();
      context.gone.set(key, all.set(object.metadata.name, object as Job));
    }
    queue.add(key);
  };
  const podChanged = ({ object: { metadata } }: Change<KubernetesObject>): void => {
    const owner = controllerOf({ metadata });
    const job = owner?.kind === 'Job' ? caches.jobs.get({ namespace: metadata.namespace ?? '', name: owner.name }) : undefined;
    const key = job && runOfJob(job);
    if (key !== undefined) queue.add(key);
  };
  runs.onChange(({ object: { metadata } }) => queue.add(runKey({ namespace: metadata.namespace ?? '', name: metadata.name })));
  return {
    watch<T extends KubernetesObject>(informer: Informer<T>) {
      if (informer.resource.kind === resources.jobs.kind) informer.onChange(jobChanged);
      if (informer.resource.kind === resources.pods.kind) informer.onChange(podChanged);
    },
    async untilReady() {
      await runs.untilSynced(parts.signal);
      filled = true;
    },
    // Whoever fills the caches tells what cannot be seen.
    missing: () => [],
    queueDepth: () => queue.busy,
    lookAtEverything: everything,
    async stop() {
      await queue.stop();
      await measurements.stop();
      await requester.stop();
    },
  };
}

function providersOf({ clock, client, writing, caches, withoutConfig }: FrontendParts, { sharedNamespace = 'argo-rollouts' }: AnalysisRunsOptions, requester: ReturnType<typeof createRequester>): Readonly<Record<string, Provider>> {
  const accesses = new Accesses(requester, clock);
  const readSecret = async (namespace: string, name: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> => {
    if (withoutConfig) throw new NotMeasured(`this controller may not read Secret ${name}`);
    const secret = await client.find(resources.secrets, { namespace, name }, { signal });
    if (!secret) throw new NotMeasured(`there is no Secret ${name} in ${namespace}`);
    return Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8').trim()]));
  };
  return {
    prometheus: prometheusProvider({ requester, accesses, clock }),
    web: webProvider({ requester, accesses }),
    datadog: datadogProvider({ requester, clock, sharedNamespace, readSecret }),
    job: jobProvider(writing, caches.jobs),
  };
}

const hasEnded = ({ status }: Job): boolean => isConditionTrue(status?.conditions, 'Complete') || isConditionTrue(status?.conditions, 'Failed');

/** The key of the run that a Job measures for. */
function runOfJob({ metadata }: KubernetesObject): string | undefined {
  const owner = metadata.labels?.[JOB_RUN_LABEL] === undefined ? undefined : controllerOf({ metadata });
  return owner?.kind === 'AnalysisRun' ? runKey({ namespace: metadata.namespace ?? '', name: owner.name }) : undefined;
}

const withoutSecrets: SecretReader = {
  read: (namespace, { secret }) => Promise.reject(new MissingSecret(`Secret ${secret} in ${namespace} cannot be read: this controller may read none`)),
  doubt: () => undefined,
};

const keyOfRefusals = (key: string): string => `analysisrun/${key}`;
