import type { Logger } from 'pino';
import type { ClusterClient } from '../cluster/client.js';
import { createEventRecorder } from '../cluster/event-recorder.js';
import type { StartLoop } from '../cluster/loop.js';
import { createLeaderElection, type LeaderElection } from '../cluster/leader-election.js';
import { ApiError, isForbidden } from '../cluster/api-error.js';
import { Backoff } from '../cluster/backoff.js';
import type { FrontendName } from '../frontends/names.js';
import { resources } from '../kubernetes/resources.js';
import { describe } from '../model/messages.js';
import type { Clock } from '../ports/clock.js';
import type { FaultPort } from '../ports/fault-port.js';
import type { Random } from '../ports/random.js';
import { startClusterSources } from './analysis/cluster-sources.js';
import { lacksRight } from './blind-spots.js';
import { createGateCall } from './gate-call.js';
import { LEASE } from './controller-rules.js';
import { install } from './installation.js';
import type { ControllerMetrics } from './metrics/controller-metrics.js';
import { startProbeServer } from './probe-server.js';
import type { ReleaseLimits } from './release-places.js';
import { startController, type RunningController } from './start-controller.js';

export interface RunControllerOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Unlike any other controller's. */
  readonly identity: string;
  /** Where the Lease is kept; made when it is missing and `install` is asked for. */
  readonly namespace: string;
  /** The one namespace that is worked in; all when absent. */
  readonly watchNamespace?: string;
  /** Where an address of a Pod is really found. */
  readonly resolve: (address: string, port: number) => { host: string; port: number };
  /** Whether to put Serin's kinds and admission policy on the cluster first. */
  readonly install: boolean;
  readonly metrics: ControllerMetrics;
  /** Where probes and metrics are served; nowhere when absent. */
  readonly listen?: { readonly host: string; readonly port: number };
  readonly limits?: ReleaseLimits;
  /** Which languages beside Serin's own are read; none when absent. */
  readonly frontends?: readonly FrontendName[];
  /** The Prometheus that metrics of front ends ask where they name none. */
  readonly prometheusAddress?: string;
  /** True where ConfigMaps and Secrets may not be read. */
  readonly withoutConfig?: boolean;
  /** Work beside that on policies and releases. */
  readonly loops?: readonly StartLoop[];
  readonly faults?: FaultPort;
  /** Called whenever this process becomes the leader. */
  readonly onLeading?: () => void;
}

/** What a process does that is no leader, or not yet. */
const STATES = { starting: 'starts', filling: 'fills its caches', standby: 'stands by', leading: 'leads', stopping: 'stops' } as const;

/** Runs the controller as a process does: installs, fills its caches, takes part in the election, counts requests; until the signal. */
export async function runController(options: RunControllerOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, random, log, metrics } = options;
  let state: keyof typeof STATES = 'starting';
  /** Why it cannot do its work, as far as a person has to mend it. */
  let lacks: () => readonly string[] = () => [];
  const isReady = (): boolean => (state === 'standby' || state === 'leading') && lacks().length === 0;
  const text = (): string => [STATES[state], ...lacks()].join('\n');
  const probes = options.listen && (await startProbeServer({ ...options.listen, metrics, state: () => ({ ready: isReady(), text: text() }) }));
  if (probes) log.info({ host: probes.host, port: probes.port }, 'serving probes and metrics');
  try {
    if (options.install) await putOnCluster(options, (lack) => (lacks = () => lack), signal);
    if (signal.aborted) return;
    const onError = (error: Error, about = 'cluster'): void => log.warn({ about, error: error.message }, 'will be tried again');
    const events = createEventRecorder({ client, component: 'serin.dev/controller', instance: options.identity, clock, onError });
    const addressOf = (host: string, port: number): ReturnType<typeof serviceAddress> => serviceAddress(client, options.resolve, host, port);
    const gateCalls = createGateCall(addressOf);
    let election: LeaderElection | undefined;
    let sources: ReturnType<typeof startClusterSources> | undefined;
    const controller = startController({
      client, clock, random, onError,
      callGate: gateCalls.call,
      addressOf,
      observer: metrics,
      registry: metrics.registry,
      withoutConfig: options.withoutConfig ?? false,
      ...(options.watchNamespace === undefined ? {} : { namespace: options.watchNamespace }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.frontends === undefined ? {} : { frontends: options.frontends }),
      ...(options.prometheusAddress === undefined ? {} : { prometheusAddress: options.prometheusAddress }),
      ...(options.loops === undefined ? {} : { loops: options.loops }),
      leadership: { mayWrite: () => election?.isLeading() ?? false, epoch: () => election?.epoch ?? 0 },
      events: {
        record(about, what, type) {
          const { kind, metadata: { namespace, name: object } } = about;
          log.info({ event: what.code, kind, namespace, object, arguments: what.arguments }, describe(what));
          events.record(about, { type, reason: what.code, message: describe(what) });
        },
        note(about, what) {
          const { kind, metadata: { namespace, name: object } } = about;
          log.info({ event: what.reason, kind, namespace, object }, what.message);
          events.record(about, what);
        },
      },
      sources: (caches, writing) =>
        (sources = startClusterSources({ writing, client, caches, clock, addressOf, resolve: options.resolve, ...(options.watchNamespace === undefined ? {} : { onlyNamespace: options.watchNamespace }) })),
      ...(options.faults === undefined ? {} : { faults: options.faults }),
    });
    lacks = () => controller.missing();
    metrics.observe({ phases: () => controller.phases(), queueDepth: () => controller.queueDepth(), oldestSample: () => controller.oldestReading(), isLeading: () => election?.isLeading() ?? false, isReady });
    try {
      state = 'filling';
      await Promise.race([controller.untilReady(), untilAborted(signal)]);
      if (signal.aborted) return;
      state = 'standby';
      // Who cannot see the cluster must not take the lease from those who can; and a lease that somebody deleted must not start the epochs over.
      election = createLeaderElection({ client, lease: { namespace: options.namespace, name: LEASE }, identity: options.identity, clock, random, onError, leastEpoch: () => controller.highestEpoch() });
      await lead(election, controller, { ...options, onState: (next) => (state = next) }, signal);
    } finally {
      state = 'stopping';
      await controller.stop();
      await sources?.stop();
      await election?.stop();
      await events.stop();
      await gateCalls.close();
    }
  } finally {
    await probes?.stop();
    log.info('stopped');
  }
}

/** How often it is tried again to install what the controller may not, in milliseconds. */
const INSTALL_AGAIN = { first: 1000, longest: 30_000 };

/** Installs as soon as the controller may. @param onLack told in sentences what it may not; of nothing when it may again */
async function putOnCluster({ client, clock, random, log, namespace, frontends }: RunControllerOptions, onLack: (lack: readonly string[]) => void, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff(INSTALL_AGAIN, random);
  let said = '';
  let pausesOnChange = false;
  for (;;) {
    try {
      await ensureNamespace(client, namespace);
      ({ pausesOnChange } = await install(client, clock, signal, frontends));
      break;
    } catch (error) {
      if (signal.aborted) return;
      if (!isForbidden(error)) throw error;
      const lack = lacksRight(error, 'The controller may not install what it needs');
      if (lack !== said) log.warn({ about: 'install' }, lack);
      said = lack;
      onLack([lack]);
      await clock.sleep(backoff.next(), signal).catch(() => undefined);
    }
  }
  onLack([]);
  if (!pausesOnChange) log.warn('this cluster has no MutatingAdmissionPolicy: Deployments of policies stay paused at rest');
}

interface LeadOptions extends RunControllerOptions {
  readonly onState: (state: 'standby' | 'leading') => void;
}

async function lead(election: LeaderElection, controller: RunningController, { log, onLeading, onState }: LeadOptions, signal: AbortSignal): Promise<void> {
  const ended = untilAborted(signal);
  while (!signal.aborted) {
    const term = await Promise.race([election.untilLeading(signal).catch(() => undefined), ended]);
    if (!term) return;
    onState('leading');
    log.info({ epoch: term.epoch }, 'leading');
    onLeading?.();
    controller.lookAtEverything();
    await Promise.race([untilAborted(term.signal), ended]);
    if (signal.aborted) return;
    onState('standby');
    log.warn({ epoch: term.epoch }, 'not leading any more');
  }
}

const untilAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

/** Where `name.namespace` or `name.namespace.svc` is found when it names a Service with an address. */
async function serviceAddress(client: ClusterClient, resolve: RunControllerOptions['resolve'], host: string, port: number): Promise<{ host: string; port: number } | undefined> {
  const [name = '', namespace, svc = 'svc'] = host.split('.');
  if (namespace === undefined || svc !== 'svc' || /^\d+$/.test(name)) return undefined;
  const address = (await client.find(resources.services, { namespace, name }))?.spec?.clusterIP;
  return address === undefined || address === 'None' ? undefined : resolve(address, port);
}

async function ensureNamespace(client: ClusterClient, name: string): Promise<void> {
  if (await client.find(resources.namespaces, { name })) return;
  try {
    await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
  }
}
