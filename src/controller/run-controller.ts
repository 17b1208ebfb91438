import type { Logger } from 'pino';
import type { ClusterClient } from '../cluster/client.js';
import { createEventRecorder } from '../cluster/event-recorder.js';
import { createLeaderElection, type LeaderElection } from '../cluster/leader-election.js';
import { ApiError } from '../cluster/api-error.js';
import { resources } from '../kubernetes/resources.js';
import { createHttpScrape } from '../metrics/http-scrape.js';
import { RequestCounter } from '../metrics/request-counter.js';
import { describe } from '../model/messages.js';
import type { Clock } from '../ports/clock.js';
import type { FaultPort } from '../ports/fault-port.js';
import type { Random } from '../ports/random.js';
import { createGateCall } from './gate-call.js';
import { install } from './installation.js';
import type { ReleaseLimits } from './release-places.js';
import { startController } from './start-controller.js';

export interface RunControllerOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Unlike any other controller's. */
  readonly identity: string;
  /** Where the Lease is kept; made when it is missing. */
  readonly namespace: string;
  /** Where an address of a Pod is really found. */
  readonly resolve: (address: string, port: number) => { host: string; port: number };
  /** Whether to put Serin's kinds and admission policy on the cluster first. */
  readonly install: boolean;
  readonly limits?: ReleaseLimits;
  readonly faults?: FaultPort;
  /** Called whenever this process becomes the leader. */
  readonly onLeading?: () => void;
}

/** Runs the controller as a process does: installs, takes part in the election, counts requests; until the signal. */
export async function runController(options: RunControllerOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, random, log } = options;
  await ensureNamespace(client, options.namespace);
  if (options.install) {
    const { pausesOnChange } = await install(client, clock, signal);
    if (!pausesOnChange) log.warn('this cluster has no MutatingAdmissionPolicy: pause adopted Deployments before changing their templates');
  }
  const onError = (error: Error, about = 'cluster'): void => log.warn({ about, error: error.message }, 'will be tried again');
  // A lease that somebody deleted must not start the epochs over.
  const election = createLeaderElection({ client, lease: { namespace: options.namespace, name: 'serin' }, identity: options.identity, clock, random, onError, leastEpoch: () => controller.highestEpoch() });
  const events = createEventRecorder({ client, component: 'serin.dev/controller', instance: options.identity, clock, onError });
  const scraping = createHttpScrape(options.resolve);
  const gateCalls = createGateCall((host, port) => serviceAddress(client, options.resolve, host, port));
  const counting = new AbortController();
  let counter: RequestCounter | undefined;
  const controller = startController({
    client, clock, random, onError,
    callGate: gateCalls.call,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    leadership: { mayWrite: () => election.isLeading(), epoch: () => election.epoch ?? 0 },
    events: { record: (about, what, type) => events.record(about, { type, reason: what.code, message: describe(what) }) },
    evidence: ({ pods }, onCounts) => (counter = new RequestCounter({ pods, clock, scrape: scraping.scrape, onCounts })),
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  const rounds = counter?.run(counting.signal);
  try {
    await lead(election, controller, options, signal);
  } finally {
    counting.abort();
    await rounds;
    await controller.stop();
    await election.stop();
    await events.stop();
    await scraping.close();
    await gateCalls.close();
  }
}

async function lead(election: LeaderElection, controller: ReturnType<typeof startController>, { log, onLeading }: RunControllerOptions, signal: AbortSignal): Promise<void> {
  const ended = untilAborted(signal);
  await Promise.race([controller.untilReady(), ended]);
  while (!signal.aborted) {
    const term = await Promise.race([election.untilLeading(signal).catch(() => undefined), ended]);
    if (!term) return;
    log.info({ epoch: term.epoch }, 'leading');
    onLeading?.();
    controller.lookAtEverything();
    await Promise.race([untilAborted(term.signal), ended]);
    if (!signal.aborted) log.warn({ epoch: term.epoch }, 'not leading any more');
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
