import { resources } from '../../src/kubernetes/resources.js';
import { serinResources } from '../../src/model/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import type { AuditedRequest } from '../../test/kubernetes/lab/audit.js';
import { highestResidentOf, processorSeconds } from '../harness/machine.js';
import { digits, times } from '../harness/numbers.js';
import { wholeNumber, type Bench, type Subject } from '../harness/subject.js';
import { startBenchCluster, users, type BenchCluster } from './cluster.js';
import { ProbedController } from './probed-controller.js';
import { mebibytes, watchUse } from './process-use.js';
import { areAtRest, changesOf, createPolicies, createPrograms, isRolledOut, namePrograms, untilAll, type Program } from './programs.js';
import { countsOf } from './request-log.js';
import { scale } from './scale.js';

/** What so many policies cost. */
interface Cost {
  readonly policies: number;
  /** Seconds from the first policy to the last one at rest. */
  readonly adopting: number;
  /** Each minute, at rest. */
  readonly processorSeconds: number;
  readonly requests: number;
  readonly kinds: readonly (readonly [what: string, count: number])[];
  /** KiB. */
  readonly resident: number;
  readonly peakAtStart: number;
  /** Seconds from the start of the process. */
  readonly ready: number;
  readonly leading: number;
  readonly idle: number;
  readonly processorSecondsAtStart: number;
}

export const idlePolicies: Subject = {
  name: 'idle',
  title: `${digits(10 * scale())} policies at rest`,
  about:
    'Policies whose Deployments of one Pod each have nothing new, fifty in a namespace, each with a Service and a VirtualService. At rest: processor time, memory and requests of Serin alone, over one minute in which nobody changes anything. ' +
    'After a restart: from the start of the process until its caches are filled (ready), until it leads, and until it has looked at every policy. The same process measures a tenth of the policies first: a ratio of 10 is linear.',
  async measure(bench) {
    const seconds = wholeNumber('SERIN_BENCH_IDLE_SECONDS', 60);
    const programs = namePrograms('rest', 10 * scale());
    const cluster = await startBenchCluster(bench, 'idle', programs.length);
    const [few, many] = [programs.slice(0, scale()), programs.slice(scale())];
    const small = await costOf(bench, cluster, few, 0, seconds);
    const large = await costOf(bench, cluster, many, few.length, seconds);
    const row = (what: string, of: (cost: Cost) => number, shown: (value: number) => string = digits): string[] => [what, shown(of(small)), shown(of(large)), times(of(large), of(small))];
    return {
      columns: ['what', `${digits(small.policies)} policies`, `${digits(large.policies)} policies`, 'ratio'],
      rows: [
        row('at rest: processor seconds a minute', (cost) => cost.processorSeconds),
        row('at rest: requests a minute', (cost) => cost.requests),
        row('at rest: RSS', (cost) => cost.resident, mebibytes),
        row('restart: s until ready', (cost) => cost.ready),
        row('restart: s until it leads', (cost) => cost.leading),
        row('restart: s until all was looked at', (cost) => cost.idle),
        row('restart: processor seconds', (cost) => cost.processorSecondsAtStart),
        row('restart: peak RSS', (cost) => cost.peakAtStart, mebibytes),
      ],
      findings: [
        `Requests a minute with ${digits(large.policies)}: ${large.kinds.map(([what, count]) => `${digits(count)} ${what}`).join(', ')}.`,
        `From the first new policy to the last one at rest: ${digits(small.adopting)} s for ${digits(small.policies)}, ${digits(large.adopting)} s for ${digits(large.policies - small.policies)} more.`,
      ],
    };
  },
};

async function costOf(bench: Bench, cluster: BenchCluster, programs: readonly Program[], before: number, seconds: number): Promise<Cost> {
  const { client, requests } = cluster;
  const policies = before + programs.length;
  bench.note(`makes ${programs.length} programs`);
  const deployments = await cluster.watch(resources.deployments);
  await createPrograms(client, programs, 1);
  await untilAll(programs, 'up', [changesOf(deployments)], (program) => {
    const deployment = deployments.get(program);
    return deployment !== undefined && isRolledOut(deployment, 'v1');
  });
  bench.note(`gives them policies`);
  const watched = await cluster.watch(serinResources.releasePolicies);
  const first = await ProbedController.start(cluster, `serin-${policies}`);
  await first.untilIdle();
  const begin = systemClock.monotonic();
  await createPolicies(client, programs, [{ weight: 25 }, { pause: {} }]);
  const adopting = ((await untilAll(programs, 'at rest', [changesOf(deployments), changesOf(watched)], areAtRest(deployments, watched))) - begin) / 1000;
  await first.untilIdle();
  await first.process.stop();
  // Whoever measures has no part in what comes now.
  await Promise.all([deployments.stop(), watched.stop()]);

  bench.note('starts the controller again');
  const start = systemClock.monotonic();
  const starting = await ProbedController.start(cluster, `serin-${policies}-again`);
  const ready = systemClock.monotonic() - start;
  const { leading, idle } = await starting.untilIdle();
  const { pid } = starting.process;
  const [peakAtStart, processorSecondsAtStart] = [highestResidentOf(pid), processorSeconds(pid)];
  bench.note(`${seconds} s at rest`);
  // Until everything that a start sets off has passed.
  await systemClock.sleep(Math.min(15_000, seconds * 1000));
  const from = await requests.end();
  const use = watchUse({ serin: pid });
  await systemClock.sleep(seconds * 1000);
  const used = (await use.stop()).get('serin');
  const asked: AuditedRequest[] = await requests.since(from, ({ user }) => user === users.serin);
  await starting.process.stop();
  const aMinute = 60 / seconds;
  return {
    policies, adopting,
    processorSeconds: (used?.processorSeconds ?? Number.NaN) * aMinute,
    requests: asked.length * aMinute,
    kinds: countsOf(asked).map(([what, count]) => [what, count * aMinute] as const),
    resident: used?.last ?? Number.NaN,
    peakAtStart,
    ready: ready / 1000,
    leading: (leading - start) / 1000,
    idle: (idle - start) / 1000,
    processorSecondsAtStart,
  };
}
