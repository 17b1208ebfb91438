import type { RunningInformer } from '../../src/cluster/informer.js';
import type { Lease } from '../../src/kubernetes/generated/coordination-v1.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import type { Release } from '../../src/model/release.js';
import { serinResources } from '../../src/model/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import { seededRandom } from '../../src/ports/random.js';
import type { LabProcess } from '../../test/kubernetes/lab/lab-process.js';
import { controllerAccount } from '../../test/kubernetes/lab/serin-controller.js';
import { digits, quantile, times } from '../harness/numbers.js';
import { NotRun, wholeNumber, type Subject } from '../harness/subject.js';
import { startBenchCluster, type BenchCluster } from './cluster.js';
import { ProbedController } from './probed-controller.js';
import { areAtRest, changesOf, createPolicies, createPrograms, namePrograms, untilAll } from './programs.js';
import { releaseSteadily } from './steady-releases.js';

const PROGRAMS = 20;
const STOPS = 5;
const WAIT_MILLISECONDS = 120_000;
/** A leader renews its lease about this often, in milliseconds. */
const RENEWAL = 2_400;
/** Something is to be decided every second in each of them. */
const steps: CanaryStep[] = [{ weight: 10 }, ...Array.from({ length: 40 }, (): CanaryStep => ({ pause: { for: '1s' } }))];

/** Milliseconds from the end of the leader. */
interface Gap {
  /** Until the Lease names another one. */
  readonly lease: number;
  /** Until a release's record says that another one has decided. */
  readonly decision: number;
}

export const killedLeader: Subject = {
  name: 'leader',
  title: 'From the end of a leader to the next decision',
  about:
    `Two controllers, the second one standing by with filled caches, and ${PROGRAMS} releases in each of which something is to be decided every second. The leader is killed (SIGKILL) at any moment between two renewals of its lease. Time runs to the first record of a release that ` +
    'the other one has written. It may lead when the lease has not been renewed for its whole length, as it has seen that itself, and looks every 2 to 2.4 s. Besides, leaders that are asked to end (SIGTERM) and give the lease back.',
  async measure(bench) {
    const kills = wholeNumber('SERIN_BENCH_KILLS', 10);
    const random = seededRandom(wholeNumber('SERIN_BENCH_SEED', 1));
    const programs = namePrograms('led', PROGRAMS);
    const cluster = await startBenchCluster(bench, 'leader', PROGRAMS * 4);
    const [deployments, policies, releases, leases] = [await cluster.watch(resources.deployments), await cluster.watch(serinResources.releasePolicies), await cluster.watch(serinResources.releases), await cluster.watch(resources.leases)];
    let started = 0;
    const start = async (): Promise<LabProcess> => (await ProbedController.start(cluster, `serin-${started++}`)).process;
    let leader = await start();
    await createPrograms(cluster.client, programs, 1);
    await createPolicies(cluster.client, programs, steps);
    await untilAll(programs, 'at rest', [changesOf(deployments), changesOf(policies)], areAtRest(deployments, policies));
    const steady = await releaseSteadily(cluster, releases, programs);
    const take = async (count: number, end: (leader: LabProcess) => Promise<void>): Promise<Gap[]> => {
      const gaps: Gap[] = [];
      while (gaps.length < count) {
        const standby = await start();
        await systemClock.sleep(random() * RENEWAL);
        gaps.push(await gapAfter({ cluster, releases, leases }, () => end(leader)));
        leader = standby;
        bench.note(`${gaps.length} of ${count}: ${digits((gaps.at(-1)?.decision ?? 0) / 1000)} s`);
      }
      return gaps;
    };
    const killed = await take(kills, (each) => each.kill());
    const stopped = await take(STOPS, (each) => each.stop());
    await steady.stop();
    const lease = (leases.get({ namespace: controllerAccount.namespace, name: 'serin' })?.spec.leaseDurationSeconds ?? Number.NaN) * 1000;
    const row = (name: string, values: readonly number[]): string[] => [name, digits(values.length), ...[0, 0.5, 1].map((at) => `${digits(quantile(values, at) / 1000)} s`), times(quantile(values, 0.5), lease), times(quantile(values, 1), lease)];
    return {
      columns: ['from the end of the leader', 'times', 'min', 'p50', 'max', 'p50 of the lease', 'max of the lease'],
      rows: [
        row('killed: to the lease', killed.map((gap) => gap.lease)),
        row('killed: to the next decision', killed.map((gap) => gap.decision)),
        row('killed: from the lease to the decision', killed.map((gap) => gap.decision - gap.lease)),
        row('asked to end: to the next decision', stopped.map((gap) => gap.decision)),
      ],
      findings: [`The lease lasts ${digits(lease / 1000)} s.`],
    };
  },
};

interface Watched {
  readonly cluster: BenchCluster;
  readonly releases: RunningInformer<Release>;
  readonly leases: RunningInformer<Lease>;
}

/** Ends the leader and waits for the other one. */
async function gapAfter({ releases, leases }: Watched, end: () => Promise<void>): Promise<Gap> {
  const epoch = releases.list().reduce((highest, { status }) => Math.max(highest, status?.epoch ?? 0), 0);
  let [lease, decision] = [Number.NaN, Number.NaN];
  const from = systemClock.monotonic();
  const ends = [
    leases.onChange(({ object: { metadata, spec } }) => {
      if (metadata.name === 'serin' && Number.isNaN(lease) && (spec.leaseTransitions ?? 0) > epoch) lease = systemClock.monotonic() - from;
    }),
    releases.onChange(({ object: { status } }) => {
      if (Number.isNaN(decision) && (status?.epoch ?? 0) > epoch) decision = systemClock.monotonic() - from;
    }),
  ];
  try {
    await end();
    for (const limit = from + WAIT_MILLISECONDS; Number.isNaN(decision) || Number.isNaN(lease); await systemClock.sleep(20)) {
      if (systemClock.monotonic() > limit) throw new NotRun(`nothing was decided within ${WAIT_MILLISECONDS / 1000} s after the end of the leader`);
    }
    return { lease, decision };
  } finally {
    for (const each of ends) each();
  }
}
