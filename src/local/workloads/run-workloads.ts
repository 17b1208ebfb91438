import { setMaxListeners } from 'node:events';
import type { ClusterClient } from '../../cluster/client.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import { AutoscalerController } from './autoscaling/autoscaler-controller.js';
import { DeploymentController } from './deployment/deployment-controller.js';
import { DisruptionController } from './disruption/disruption-controller.js';
import { EndpointSliceController } from './endpoint-slice/endpoint-slice-controller.js';
import { GarbageCollector } from './garbage-collector/garbage-collector.js';
import { JobController } from './job/job-controller.js';
import { ComponentEvents } from './loop/component-events.js';
import type { Controller, WorkloadContext } from './loop/context.js';
import { silentLog, type Log } from './loop/log.js';
import { SharedInformers } from './loop/shared-informers.js';
import { NamespaceController } from './namespace/namespace-controller.js';
import { NodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.js';
import { ReplicaSetController } from './replica-set/replica-set-controller.js';
import { Scheduler } from './scheduler/scheduler.js';

/** As on a cluster. */
const AUTOSCALER_PERIOD_MS = 15_000;

const CONTROLLERS = {
  deployment: (context: WorkloadContext): Controller => new DeploymentController(context),
  'replica-set': (context: WorkloadContext): Controller => new ReplicaSetController(context),
  'endpoint-slice': (context: WorkloadContext): Controller => new EndpointSliceController(context),
  'garbage-collector': (context: WorkloadContext): Controller => new GarbageCollector(context),
  autoscaler: (context: WorkloadContext, { autoscalerPeriod = AUTOSCALER_PERIOD_MS }: WorkloadOptions): Controller => new AutoscalerController(context, autoscalerPeriod),
  job: (context: WorkloadContext): Controller => new JobController(context),
  disruption: (context: WorkloadContext): Controller => new DisruptionController(context),
  namespace: (context: WorkloadContext): Controller => new NamespaceController(context),
  scheduler: (context: WorkloadContext): Controller => new Scheduler(context),
  'node-lifecycle': (context: WorkloadContext): Controller => new NodeLifecycleController(context),
} as const;

/** The controllers by name. */
export type ControllerName = keyof typeof CONTROLLERS;

/** What the controllers run with. */
export interface WorkloadOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Log;
  /** Controllers that are not to run, such as the scheduler where a cluster has its own. */
  readonly without?: readonly ControllerName[];
  /** Milliseconds between two looks at the metrics of an autoscaler; default 15 s, as on a cluster. */
  readonly autoscalerPeriod?: number;
}

/** Controllers from their start to their end. */
export interface RunningWorkloads {
  /** Resolves when all caches are filled and the controllers work. Rejects when stopped before. */
  readonly ready: Promise<void>;
  /** Ends watches, waits and what is under way. */
  stop(): Promise<void>;
}

/**
 * Starts the workload controllers against any Kubernetes API. All waiting is on `clock` and all chance from `random`: in
 * virtual time the same seed gives the same run.
 */
export function startWorkloads(options: WorkloadOptions): RunningWorkloads {
  const { client, clock, random, logger = silentLog, without = [] } = options;
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const informers = new SharedInformers(client, clock, random, logger);
  const events = new ComponentEvents(client, clock, logger);
  const context: WorkloadContext = { client, clock, random, events, informers, log: logger };
  const controllers = (Object.keys(CONTROLLERS) as ControllerName[])
    .filter((name) => !without.includes(name))
    .map((name) => CONTROLLERS[name](context, options));
  const ready = informers.untilSynced(stopping.signal).then(() => {
    if (!stopping.signal.aborted) for (const controller of controllers) controller.start();
  });
  // Whoever does not wait for `ready` must not be hit by its rejection when stopping early.
  ready.catch(() => undefined);
  return {
    ready,
    async stop() {
      stopping.abort(new Error('the workload controllers are stopped'));
      await Promise.all(controllers.map((controller) => controller.stop()));
      await events.stop();
      await informers.stop();
    },
  };
}
