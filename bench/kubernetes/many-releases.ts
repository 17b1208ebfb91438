import type { RunningInformer } from '../../src/cluster/informer.js';
import { hasEnded, type Release } from '../../src/model/release.js';
import { resources } from '../../src/kubernetes/resources.js';
import { serinResources } from '../../src/model/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import type { AuditedRequest } from '../../test/kubernetes/lab/audit.js';
import { digits, quantile, times } from '../harness/numbers.js';
import { NotRun, type Subject } from '../harness/subject.js';
import type { Table } from '../harness/table.js';
import { controlPlanePids, startBenchCluster, users, type BenchCluster } from './cluster.js';
import { mebibytes, watchUse, type Use } from './process-use.js';
import { forAll } from '../../test/kubernetes/lab/for-all.js';
import { areAtRest, changesOf, createPolicies, createPrograms, isRolledOut, keyOf, namePrograms, programOf, setVersion, untilAll, type Program } from './programs.js';
import { countsOf, isRead } from './request-log.js';
import { scale } from './scale.js';

const REPLICAS = 3;

/** What one way of rolling all programs took. */
interface Run {
  readonly seconds: number;
  readonly uses: ReadonlyMap<string, Use>;
  readonly requests: readonly AuditedRequest[];
}

export const manyReleases: Subject = {
  name: 'releases',
  title: `${digits(scale())} releases at once`,
  about:
    `${digits(scale())} Deployments of ${REPLICAS} Pods each, fifty in a namespace, each with a Service and a VirtualService; Pods are KWOK's. First Kubernetes rolls all of them to a new version by itself (RollingUpdate, no policies, ` +
    'Serin not running), then each gets a policy (Istio, 25 %, a pause of 1 s, promote, drain 1 s) and Serin releases the next version of all. Time runs from the first new template to the last Deployment that is rolled out, or the last ' +
    'release that is Completed. Requests are counted in the audit log of the API server, which is on for both.',
  async measure(bench) {
    const count = scale();
    const programs = namePrograms('many', count);
    const cluster = await startBenchCluster(bench, 'releases', count * (REPLICAS + 2));
    const { client } = cluster;
    const deployments = await cluster.watch(resources.deployments);
    const rolledOut = (version: string) => (program: Program): boolean => {
      const deployment = deployments.get(program);
      return deployment !== undefined && isRolledOut(deployment, version);
    };
    bench.note(`makes ${count} programs`);
    await createPrograms(client, programs, REPLICAS);
    await untilAll(programs, 'up', [changesOf(deployments)], rolledOut('v1'));

    bench.note('Kubernetes rolls them by itself');
    const alone = await run(cluster, {}, programs, 'v2', () => untilAll(programs, 'rolled out', [changesOf(deployments)], rolledOut('v2')));

    bench.note('gives them policies');
    const policies = await cluster.watch(serinResources.releasePolicies);
    const serin = await cluster.startSerin();
    await createPolicies(client, programs, [{ weight: 25 }, { pause: { for: '1s' } }]);
    await untilAll(programs, 'at rest', [changesOf(deployments), changesOf(policies)], areAtRest(deployments, policies));

    bench.note('Serin releases them');
    const releases = await cluster.watch(serinResources.releases);
    const most = mostAtOnce(releases);
    const releaseOf = ({ namespace, name }: Program): Release | undefined => releases.get({ namespace, name: `${name}-1` });
    const released = (program: Program): boolean => hasEnded(releaseOf(program)?.status?.phase ?? 'Preparing');
    const own = await run(cluster, { Serin: serin.pid }, programs, 'v3', () => untilAll(programs, 'released', [changesOf(releases, programOf)], released));
    const ended = programs.map((program) => releaseOf(program)?.status);
    const bad = ended.filter((status) => status?.phase !== 'Completed');
    if (bad.length > 0) throw new NotRun(`${bad.length} of ${count} releases were not completed: ${bad[0]?.message ?? '?'}`);
    const lasted = ended.map((status) => (Date.parse(status?.endedAt ?? '') - Date.parse(status?.startedAt ?? '')) / 1000);
    return [
      compared(alone, own, count, [
        `Up to ${digits(most())} releases were under way at the same time; one took ${digits(quantile(lasted, 0.5))} s in the middle, ${digits(quantile(lasted, 0.99))} s at p99.`,
        `${digits(count / own.seconds)} releases were completed each second, and ${digits(count / alone.seconds)} Deployments rolled.`,
      ]),
      byKind(own, count),
    ];
  },
};

async function run({ client, plane, requests }: BenchCluster, more: Record<string, number>, programs: readonly Program[], version: string, untilDone: () => Promise<number>): Promise<Run> {
  const from = await requests.end();
  const use = watchUse({ ...more, ...controlPlanePids(plane) });
  const start = systemClock.monotonic();
  const done = untilDone();
  await forAll(programs, (program) => setVersion(client, program, version));
  const seconds = ((await done) - start) / 1000;
  const uses = await use.stop();
  return { seconds, uses, requests: await requests.since(from) };
}

/** How many releases were under way at the same time at most. */
function mostAtOnce(releases: RunningInformer<Release>): () => number {
  const under = new Set<string>();
  let most = 0;
  releases.onChange(({ object: { metadata, status } }) => {
    const key = keyOf(metadata);
    if (hasEnded(status?.phase ?? 'Preparing')) under.delete(key);
    else under.add(key);
    most = Math.max(most, under.size);
  });
  return () => most;
}

function compared(alone: Run, own: Run, count: number, findings: string[]): Table {
  const requests = ({ requests: all }: Run, user: string, reads: boolean): number => all.filter((request) => request.user === user && isRead(request) === reads).length / count;
  const writes = (each: Run): number => requests(each, users.serin, false) + requests(each, users.controllerManager, false);
  const row = (what: string, of: (each: Run) => number, shown: (value: number) => string = digits): string[] => [what, shown(of(alone)), shown(of(own)), times(of(own), of(alone))];
  const used = (name: string, { uses }: Run): Use => uses.get(name) ?? { processorSeconds: 0, peak: Number.NaN, last: Number.NaN };
  const names = [...own.uses.keys()];
  const size = (kibibytes: number): string => (Number.isFinite(kibibytes) ? mebibytes(kibibytes) : '-');
  return {
    columns: ['what', 'Kubernetes alone', 'with Serin', 'ratio'],
    rows: [
      row('wall time, s', ({ seconds }) => seconds),
      row('writes for one, by Serin', (each) => requests(each, users.serin, false)),
      row('writes for one, by the controller manager', (each) => requests(each, users.controllerManager, false)),
      row('writes for one, by both', writes),
      row('reads for one, by Serin', (each) => requests(each, users.serin, true)),
      row('reads for one, by the controller manager', (each) => requests(each, users.controllerManager, true)),
      ...names.map((name) => row(`processor ms for one: ${name}`, (each) => (used(name, each).processorSeconds * 1000) / count)),
      ...names.map((name) => row(`peak RSS: ${name}`, (each) => used(name, each).peak, size)),
    ],
    findings,
  };
}

function byKind({ requests }: Run, count: number): Table {
  const counts = countsOf(requests.filter(({ user }) => user === users.serin));
  return {
    title: "Serin's requests, by verb and kind",
    columns: ['request', 'in all', 'for one release'],
    rows: counts.map(([what, number]) => [what, digits(number), digits(number / count)]),
    findings: [],
  };
}
