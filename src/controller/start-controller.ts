import { setMaxListeners } from 'node:events';
import type { Registry } from 'prom-client';
import type { ClusterClient } from '../cluster/client.js';
import { createWorkQueue } from '../cluster/work-queue.js';
import { isConflict, isNotFound } from '../cluster/api-error.js';
import type { Loop, StartLoop } from '../cluster/loop.js';
import { message } from '../model/messages.js';
import type { Clock } from '../ports/clock.js';
import { noFaults, type FaultPort } from '../ports/fault-port.js';
import type { Random } from '../ports/random.js';
import { createClusterCaches, type ClusterCaches } from './cluster-caches.js';
import { Conflicts } from './conflicts.js';
import { Analyses } from './analysis/analyses.js';
import type { Sources } from './analysis/sources.js';
import type { ControllerContext, EventSink, Leadership } from './context.js';
import type { FrontendName } from '../frontends/names.js';
import type { Informer } from '../cluster/informer.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { frontendLoops, type FrontendLoop } from './frontend-loop.js';
import { Gates, type GateCall } from './gates.js';
import { rememberingOwnProblems } from './policy-checks.js';
import type { AddressOf } from '../metrics/requesting/requester.js';
import type { PassResult } from './metrics/definitions.js';
import { phaseCounts, type PhaseCounts } from './metrics/phase-counts.js';
import { noObserver, type ControllerObserver } from './observer.js';
import { ReleasePlaces, type ReleaseLimits } from './release-places.js';
import { reconcilePolicy } from './reconcile-policy.js';
import { letGo, reconcileRelease } from './reconcile-release.js';
import { parseSubject, subjectKey, Triggers, type Subject } from './triggers.js';
import { leaveAlone, unseenFor } from './unseen.js';
import { NotLeading, type WriteContext } from './writes.js';

/** When what another controller looks after is looked at again, in milliseconds. */
const ELSEWHERE = 10_000;

export interface ControllerOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly leadership: Leadership;
  readonly events: EventSink;
  /** Where samples come from; made when the caches exist, because it looks at Pods. Whoever gives it stops it, after the controller. */
  readonly sources: (caches: ClusterCaches, writing: WriteContext) => Sources;
  readonly callGate: GateCall;
  /** Where a name of the cluster is really found, for what front ends ask by URL; as it is when absent. */
  readonly addressOf?: AddressOf;
  readonly limits?: ReleaseLimits;
  readonly faults?: FaultPort;
  readonly workers?: number;
  /** The one namespace that is worked in; all when absent. */
  readonly namespace?: string;
  readonly observer?: ControllerObserver;
  /** Which languages beside Serin's own are read; none when absent. */
  readonly frontends?: readonly FrontendName[];
  /** The Prometheus that metrics of front ends ask where they name none. */
  readonly prometheusAddress?: string;
  /** True where ConfigMaps and Secrets may not be read. */
  readonly withoutConfig?: boolean;
  /** Where front ends put the metrics that their users know; nowhere when absent. One for each controller. */
  readonly registry?: Registry;
  /** Work beside that on policies and releases. */
  readonly loops?: readonly StartLoop[];
  /** Told of every fault that is being mended. */
  readonly onError: (error: Error, about: string) => void;
}

export interface RunningController {
  /** Resolves when the caches are filled; nothing is worked on before. Call `lookAtEverything` then. */
  untilReady(): Promise<void>;
  /** Why kinds that nothing can be done without cannot be watched at the moment; empty when all can. */
  missing(): readonly string[];
  /** Policies and releases that are worked on or wait for a worker. */
  queueDepth(): number;
  /** How many policies and releases there are in each phase. */
  phases(): PhaseCounts;
  /** The highest epoch on record in any release. */
  highestEpoch(): number;
  /** Seconds since the metric that has been without a sample the longest had one; 0 when nothing is judged. */
  oldestReading(): number;
  /** Looks at everything anew: after becoming the leader. */
  lookAtEverything(): void;
  stop(): Promise<void>;
}

/** Starts the loop: observe, advance, write down, carry out. One key is never worked on twice at once. */
export function startController(options: ControllerOptions): RunningController {
  const { client, clock, random, leadership, onError } = options;
  const stopping = new AbortController();
  // One listener for each kind that is watched, which is no leak.
  setMaxListeners(100, stopping.signal);
  let filled = false;
  const queue = createWorkQueue(
    async (key) => {
      // A cache that is not filled looks like a cluster where everything was deleted.
      if (!filled) return undefined;
      const subject = parseSubject(key);
      const leaveToOthers = (): undefined => (subject.kind === 'release' ? letGo(context, subject) : undefined);
      if (!leadership.mayWrite()) return leaveToOthers();
      if (isElsewhere(subject)) {
        leaveToOthers();
        return { againAfter: ELSEWHERE };
      }
      const start = clock.monotonic();
      const passed = (result: PassResult): void => {
        if (result !== 'conflict') context.conflicts.ended(key);
        context.observer.passed(subject.kind, result, (clock.monotonic() - start) / 1000);
      };
      try {
        const unseen = unseenFor(context, subject);
        const at = unseen !== undefined ? await leaveAlone(context, subject, unseen) : subject.kind === 'policy' ? await reconcilePolicy(context, subject) : await reconcileRelease(context, subject);
        passed('done');
        return at === undefined ? undefined : { againAfter: Math.max(0, at - clock.now()) };
      } catch (error) {
        const result = resultOf(error);
        passed(result);
        if (result === 'not-leading') return leaveToOthers();
        // Somebody else wrote first, or what we knew is gone: the change that did it brings the key back, but be sure.
        if (result === 'conflict' && error instanceof Error) return { againAfter: refused(key, subject, error) };
        throw error;
      }
    },
    { clock, random, workers: options.workers ?? 4, onError: (key, error) => onError(error, key) },
  );
  /** Whether another controller looks after what a policy stands for. Whoever deletes a policy waits for us alone. */
  const isElsewhere = (subject: Subject): boolean => {
    const name = subject.kind === 'policy' ? subject.name : caches.releases.get(subject)?.spec.policy;
    const policy = name === undefined ? undefined : caches.policies.get({ namespace: subject.namespace, name });
    return policy !== undefined && policy.metadata.deletionTimestamp === undefined && frontends.some((each) => each.leavesAlone?.(policy));
  };
  /** @returns milliseconds until the next try */
  const refused = (key: string, subject: Subject, error: Error): number => {
    const { againAfter, tells } = context.conflicts.refused(key, error);
    if (tells) {
      onError(error, key);
      const about = subject.kind === 'policy' ? caches.policies.get(subject) : caches.releases.get(subject);
      if (about) options.events.record(about, message('WriteRefused', { detail: error.message }), 'Warning');
    }
    return againAfter;
  };
  const seen: Informer<KubernetesObject>[] = [];
  const frontends: FrontendLoop[] = [];
  const triggers: Triggers = new Triggers(() => caches, (subject, urgency) => queue.add(subjectKey(subject), urgency));
  const caches: ClusterCaches = createClusterCaches({
    client, clock, random, signal: stopping.signal,
    onError: (error) => onError(error, 'watch'),
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    watch(informer) {
      triggers.watch(informer);
      seen.push(informer as unknown as Informer<KubernetesObject>);
      for (const each of frontends) each.watch(informer);
    },
    onPausingLost: () => triggers.everyPolicy(),
    onSeen: () => triggers.everyPolicy(),
  });
  const highestEpoch = (): number => caches.releases.list().reduce((highest, { status }) => Math.max(highest, status?.epoch ?? 0), 0);
  let raise = 0;
  const writing: WriteContext = {
    client,
    leadership: { mayWrite: () => leadership.mayWrite(), epoch: () => leadership.epoch() + raise },
    faults: options.faults ?? noFaults,
    conflicts: new Conflicts(random),
  };
  const analyses = new Analyses({
    writing, clock, random,
    sources: options.sources(caches, writing),
    observer: options.observer ?? noObserver,
    leads: (release) => writing.leadership.mayWrite() && (caches.releases.get(release)?.status?.epoch ?? 0) <= writing.leadership.epoch(),
    onChange: (release, urgent) => queue.add(subjectKey({ kind: 'release', ...release }), { urgent }),
    onError,
  });
  const context: ControllerContext = {
    ...writing, caches, clock, analyses,
    events: options.events,
    places: new ReleasePlaces(options.limits ?? {}),
    ownProblems: rememberingOwnProblems(),
    observer: options.observer ?? noObserver,
    withoutConfig: options.withoutConfig ?? false,
    gates: new Gates(options.callGate, clock, (release) => queue.add(subjectKey({ kind: 'release', ...release })), (release) => analyses.observe(release)),
  };
  for (const name of new Set(options.frontends)) {
    const frontend = frontendLoops[name]({
      writing, caches, client, clock, random, onError,
      signal: stopping.signal,
      events: options.events,
      call: options.callGate,
      ...(options.addressOf === undefined ? {} : { addressOf: options.addressOf }),
      ...(options.prometheusAddress === undefined ? {} : { prometheusAddress: options.prometheusAddress }),
      withoutConfig: options.withoutConfig ?? false,
      ...(options.registry === undefined ? {} : { registry: options.registry }),
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    });
    frontends.push(frontend);
    for (const informer of seen) frontend.watch(informer);
  }
  const loops = (options.loops ?? []).map((start) =>
    start({
      client, clock, random, onError,
      signal: stopping.signal,
      mayWrite: () => leadership.mayWrite(),
      shared: <T extends KubernetesObject>({ kind, group }: Resource<T>) => seen.find(({ resource }) => resource.kind === kind && resource.group === group) as Informer<T> | undefined,
      note: (about, event) => options.events.note(about, event),
      withoutConfig: options.withoutConfig ?? false,
      ...(options.addressOf === undefined ? {} : { findAddress: options.addressOf }),
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    }));
  const beside: readonly Loop[] = [...frontends, ...loops];
  return {
    async untilReady() {
      await Promise.all([caches.untilSynced(), ...beside.map((each) => each.untilReady())]);
      filled = true;
    },
    missing: () => [...caches.missing, ...beside.flatMap((each) => each.missing())],
    queueDepth: () => beside.reduce((sum, each) => sum + each.queueDepth(), queue.busy),
    phases: () => phaseCounts(caches),
    highestEpoch,
    oldestReading: () => analyses.oldestReading() / 1000,
    lookAtEverything() {
      // Only a lease that was made anew counts from below what is on record.
      raise = highestEpoch() > leadership.epoch() ? highestEpoch() + 1 - leadership.epoch() : 0;
      for (const { metadata } of caches.policies.list()) queue.add(subjectKey({ kind: 'policy', namespace: metadata.namespace ?? '', name: metadata.name }));
      for (const { metadata } of caches.releases.list()) queue.add(subjectKey({ kind: 'release', namespace: metadata.namespace ?? '', name: metadata.name }));
      for (const each of beside) each.lookAtEverything();
    },
    async stop() {
      stopping.abort(new Error('the controller is stopped'));
      await queue.stop();
      for (const each of beside) await each.stop();
      await context.gates.stop();
      await analyses.stop();
      await caches.stop();
    },
  };
}

/** Somebody else wrote first, or what we knew is gone; somebody else leads; or it failed. */
function resultOf(error: unknown): PassResult {
  if (error instanceof NotLeading) return 'not-leading';
  return isConflict(error) || isNotFound(error) ? 'conflict' : 'failed';
}
