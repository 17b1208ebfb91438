import type { RunningInformer } from '../../src/cluster/informer.js';
import { planApproval } from '../../src/approvals/decision.js';
import type { VirtualService } from '../../src/kubernetes/generated/istio-v1.js';
import { resources } from '../../src/kubernetes/resources.js';
import { stepOf } from '../../src/model/plan.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import type { Release } from '../../src/model/release.js';
import { serinResources } from '../../src/model/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import type { AuditedRequest } from '../../test/kubernetes/lab/audit.js';
import { labUsers } from '../../test/kubernetes/lab/users.js';
import { digits, quantile, times } from '../harness/numbers.js';
import { NotRun, type Subject } from '../harness/subject.js';
import { startBenchCluster, users, type BenchCluster } from './cluster.js';
import { forAll } from '../../test/kubernetes/lab/for-all.js';
import { areAtRest, changesOf, createPolicies, createPrograms, keyOf, namePrograms, setVersion, untilAll, type Program } from './programs.js';
import { scale } from './scale.js';
import { releaseSteadily } from './steady-releases.js';

/** Approvals of one release. */
const ROUNDS = 10;
/** How many people approve at once while other releases run. */
const PEOPLE = 4;
const WAIT_MILLISECONDS = 120_000;
const REPLICAS = 3;

const approving = (): number => Math.max(2, Math.ceil(scale() / 50));
const others = (): number => Math.ceil(scale() / 5);

/** The canary's weight after so many approvals, in percent. */
const weightAfter = (approvals: number): number => 5 * (approvals + 1);
const steps: CanaryStep[] = [...Array.from({ length: ROUNDS }, (_, round): CanaryStep[] => [{ weight: weightAfter(round) }, { approve: {} }]).flat(), { weight: weightAfter(ROUNDS) }];
const otherSteps: CanaryStep[] = [{ weight: 25 }, { pause: { for: '1s' } }, { weight: 50 }, { pause: { for: '1s' } }];

interface Watched {
  readonly cluster: BenchCluster;
  readonly releases: RunningInformer<Release>;
  readonly routes: RunningInformer<VirtualService>;
}

/** Milliseconds from the approval's arrival at the API server. */
interface Times {
  /** Until Serin's next record of the release is on it. */
  readonly recorded: number;
  /** Until the VirtualService has the next weight. */
  readonly routed: number;
}

export const approvals: Subject = {
  name: 'approvals',
  title: 'From an approval to the written route',
  about:
    `Releases of one Pod stop at ten steps that ask for an approval; each approval lets the canary have 5 % more. Time runs from the arrival of the Approval at the API server to its answer to Serin's patch of the VirtualService, both by the ` +
    `API server's own clock (audit log). What Istio then takes to hand the route out is not in it. Idle: one approval at a time, nothing else moves. Busy: ${PEOPLE} people approve at once while ${others()} other releases of ${REPLICAS} Pods each run all the time.`,
  async measure(bench) {
    const [idle, busy] = [namePrograms('idle', approving()), namePrograms('busy', approving())];
    const busyWith = namePrograms('other', others());
    const cluster = await startBenchCluster(bench, 'approvals', busyWith.length * (REPLICAS + 3) + 4 * approving());
    const { client } = cluster;
    const [deployments, policies, releases, routes] = [await cluster.watch(resources.deployments), await cluster.watch(serinResources.releasePolicies), await cluster.watch(serinResources.releases), await cluster.watch(resources.virtualServices)];
    await cluster.startSerin();
    bench.note(`makes ${idle.length + busy.length + busyWith.length} programs`);
    await createPrograms(client, [...idle, ...busy], 1);
    await createPrograms(client, busyWith, REPLICAS);
    await createPolicies(client, [...idle, ...busy], steps);
    await createPolicies(client, busyWith, otherSteps);
    await untilAll([...idle, ...busy, ...busyWith], 'at rest', [changesOf(deployments), changesOf(policies)], areAtRest(deployments, policies));

    const watched = { cluster, releases, routes };
    bench.note(`${idle.length * ROUNDS} approvals, idle`);
    const alone = await approveAll(watched, idle, 1);
    bench.note(`begins ${busyWith.length} other releases`);
    const steady = await releaseSteadily(cluster, releases, busyWith);
    bench.note(`${busy.length * ROUNDS} approvals, busy`);
    const start = systemClock.monotonic();
    const beside = await approveAll(watched, busy, PEOPLE);
    const seconds = (systemClock.monotonic() - start) / 1000;
    await steady.stop();

    const row = (name: string, values: readonly number[], idleValues: readonly number[]): string[] => [
      name, digits(values.length), ...[0.5, 0.99, 1].map((at) => `${digits(quantile(values, at))} ms`), times(quantile(values, 0.5), quantile(idleValues, 0.5)), times(quantile(values, 0.99), quantile(idleValues, 0.99)),
    ];
    const [recorded, routed] = [(each: Times) => each.recorded, (each: Times) => each.routed];
    return {
      columns: ['from the approval to', 'approvals', 'p50', 'p99', 'max', 'p50 of idle', 'p99 of idle'],
      rows: [
        row('the record, idle', alone.map(recorded), alone.map(recorded)),
        row('the route, idle', alone.map(routed), alone.map(routed)),
        row('the record, busy', beside.map(recorded), alone.map(recorded)),
        row('the route, busy', beside.map(routed), alone.map(routed)),
      ],
      findings: [`${steady.ended} other releases ended in the ${digits(seconds)} s of the busy part.`],
    };
  },
};

/** Releases the programs and gives all approvals, round by round. @param people how many approve at once */
async function approveAll(watched: Watched, programs: readonly Program[], people: number): Promise<Times[]> {
  const { cluster } = watched;
  const from = await cluster.requests.end();
  await forAll(programs, (program) => setVersion(cluster.client, program, 'v2'));
  for (let round = 0; round < ROUNDS; round++) await forAll(programs, (program) => approve(watched, program, round), people);
  return timesOf(await cluster.requests.since(from));
}

async function approve({ cluster, releases, routes }: Watched, program: Program, round: number): Promise<void> {
  const name = { namespace: program.namespace, name: `${program.name}-1` };
  const release = await seen(`${keyOf(name)} waits for approval ${round + 1}`, () => {
    const found = releases.get(name);
    const { index } = found?.status?.step ?? { index: -1 };
    const planned = found?.spec.plan.steps[index];
    return index === 2 * round + 1 && planned && stepOf(planned).kind === 'approve' ? found : undefined;
  });
  const plan = planApproval(release, [], labUsers.admin, { approved: true });
  if (plan.outcome !== 'write') throw new NotRun(plan.outcome === 'refused' ? plan.why : plan.done);
  await cluster.client.create(serinResources.approvals, plan.approval);
  await seen(`${keyOf(program)} has its next weight`, () => weights(routes.get(program)).includes(weightAfter(round + 1)) || undefined);
}

const weights = (route: VirtualService | undefined): (number | undefined)[] => (route?.spec.http ?? []).flatMap(({ route: destinations = [] }) => destinations.map(({ weight }) => weight));

async function seen<T>(what: string, look: () => T | undefined): Promise<T> {
  for (const end = systemClock.monotonic() + WAIT_MILLISECONDS; ; await systemClock.sleep(5)) {
    const found = look();
    if (found !== undefined) return found;
    if (systemClock.monotonic() > end) throw new NotRun(`not within ${WAIT_MILLISECONDS / 1000} s: ${what}`);
  }
}

/** What followed each approval. */
function timesOf(requests: readonly AuditedRequest[]): Times[] {
  const after = (resource: string, { namespace = '' }: AuditedRequest, name: string, at: number): number => {
    const found = requests.find((each) => each.user === users.serin && each.resource === resource && each.namespace === namespace && each.name === name && each.code === 200 && each.receivedAt >= at);
    return (found?.answeredAt ?? Number.NaN) - at;
  };
  return requests.flatMap((each): Times[] => {
    // An approval is named after its release, which is named after its program: app-7-1-2-yes-….
    const [release, program] = /^((.+?-\d+)-\d+)-\d+-yes-/.exec(each.name ?? '')?.slice(1) ?? [];
    if (each.resource !== 'approvals' || each.verb !== 'create' || each.code !== 201 || release === undefined || program === undefined) return [];
    return [{ recorded: after('releases/status', each, release, each.receivedAt), routed: after('virtualservices', each, program, each.receivedAt) }];
  });
}
