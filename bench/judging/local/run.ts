import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { describeMachine } from '../../harness/machine.js';
import { Owner } from '../../harness/owner.js';
import { wholeNumber } from '../../harness/subject.js';
import { formatTable } from '../../harness/table.js';
import { startClusterPrometheus } from '../../../src/metrics/prometheus/testing/cluster-prometheus.js';
import { hasPrometheus } from '../../../src/metrics/prometheus/testing/prometheus-server.js';
import { metricsFrom } from '../../../test/scenarios/judged-shop.js';
import { startTestCluster } from '../../../test/scenarios/local-cluster.js';
import { mean } from '../bounds.js';
import { short } from '../cell.js';
import { flaggerExample } from './flagger-example.js';
import { BadReleases, PER_SECOND, WEIGHT, type BadRelease } from './releases.js';

const IMAGES = 'examples/stages/images.json';
const SCRAPES = '15s';
/** So many times fewer users hurt than by Flagger's example are aimed at. */
const PROMISED = 20;

const faults = [
  ['fails every request', { failPercent: 100 }],
  ['fails 20 %', { failPercent: 20 }],
  ['fails 5 %', { failPercent: 5 }],
  ['takes 300 ms longer', { delayMilliseconds: 300 }],
] as const;

/** How often Serin asks Prometheus: the default. */
const EVERY = '5s';

const note = (text: string): void => void process.stderr.write(`  local: ${text}\n`);
const owner = new Owner();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void owner.end().finally(() => process.exit(130)));

try {
  const runs = wholeNumber('RUNS', 3);
  const machine = describeMachine();
  const loads: number[] = [];
  note('starts a local cluster');
  const cluster = await startTestCluster('--images', IMAGES);
  owner.defer(() => cluster.stop());
  const sources: [name: string, releases: BadReleases][] = [['Pods, every second', new BadReleases(cluster, 'pods', () => undefined)]];
  if (hasPrometheus) {
    const prometheus = await startClusterPrometheus(cluster, SCRAPES);
    owner.defer(() => prometheus.stop());
    sources.push([`Prometheus, every ${Number.parseInt(SCRAPES)} s`, new BadReleases(cluster, 'prometheus', (namespace) => metricsFrom(prometheus.address, namespace, EVERY))]);
  }

  const rows: string[][] = [];
  const below: string[] = [];
  for (const [what, fault] of faults) {
    const { failPercent = 0, delayMilliseconds = 0 } = { failPercent: undefined, delayMilliseconds: undefined, ...fault };
    const peer = flaggerExample(failPercent, delayMilliseconds);
    for (const [source, releases] of sources) {
      const seen: BadRelease[] = [];
      for (let number = 1; number <= runs; number++) {
        const release = await releases.release(fault);
        seen.push(release);
        loads.push(loadavg()[0] ?? 0);
        note(`${what}, ${source}, ${number} of ${runs}: ${JSON.stringify(release)}`);
      }
      const hurt = seen.map(({ met, failed }) => (delayMilliseconds > 0 ? met : failed));
      const seconds = seen.map((each) => each.seconds);
      if (peer.hurt / mean(hurt) < PROMISED) below.push(`${what}, ${source}`);
      rows.push([
        `${what}: ${source}`, short(mean(hurt)), String(Math.max(...hurt)), `${short(mean(seconds))} s`, `${short(Math.max(...seconds))} s`,
        `${seen.filter(({ takenBack }) => takenBack).length} of ${runs}`, `${peer.hurt.toFixed(0)}${peer.promoted ? ', and promoted' : ''}`, `${(peer.hurt / mean(hurt)).toFixed(0)}x`,
      ]);
    }
  }
  const findings = [
    ...(below.length > 0 ? [`Less than ${PROMISED} times fewer: ${below.join('; ')}.`] : []),
    hasPrometheus
      ? 'With Prometheus nearly all of it is waiting for the next scrape: what Pods know at once it tells 15 s later, and of the first requests of a new Pod not before it has found it.'
      : 'NOT RUN: with Prometheus, which is missing on this machine.',
  ];
  const table = formatTable({ columns: ['the new version', 'users hurt, mean', 'most', 'out for, mean', 'longest', 'taken back', 'Flagger\'s example', 'fewer'], rows, findings });
  const busy = mean(loads);
  const text = `# Judging, measured on a local cluster

Users hurt by a bad version from its first request until its share is back at 0: requests that it failed, or all that it answered where it is slow. ${PER_SECOND} requests a second at random times, ${WEIGHT} % of them to the new version, through the local gateway by Istio's objects; two Pods of the old version, one of the new; the old one fails nothing and answers at once; default settings of the analysis. ${runs} ${runs === 1 ? 'run' : 'runs'} a row, so these are examples and no bounds; [those are simulated](tables.md). Time is from the first request that the bad version answered to the last.

${table}

Flagger's example is that of its Istio tutorial (\`interval: 1m\`, \`threshold: 5\`, \`stepWeight: 10\`, \`maxWeight: 50\`, \`request-duration\` of at most 500 ms) and was not run: it is computed for the same rate, with exact metrics without delay and a roll-back that takes no time. What is slower by 300 ms passes its check; it counts until it is promoted, from when on all users have it.

\`make bench-judging ONLY=local\` makes this page; \`RUNS=5\` for more runs. Measured on ${machine}. All parts of the cluster, the programs and the users share this machine${busy > availableParallelism() / 2 ? `, which had other work meanwhile: a load average of ${short(busy)} on ${availableParallelism()} processors. Times are likely too long for that` : ''}.
`;
  // Few runs are a quick look.
  const folder = runs >= 3 ? 'docs/judging' : '.cache/judging';
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/local.md`, text);
  process.stdout.write(text);
  note(`written to ${folder}`);
} finally {
  await owner.end();
}
