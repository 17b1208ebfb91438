import { setReviews, waitsFor } from '../src/cli/demo/bookinfo.js';
import { formatDuration } from '../src/model/duration.js';
import { hasEnded, type Release } from '../src/model/release.js';
import { serinResources } from '../src/model/resources.js';
import { systemClock } from '../src/ports/clock.js';
import { eventually, NAMESPACE, startBookinfo, startTraffic } from './harness/local-cluster.js';
import { digits, median, times } from './harness/numbers.js';
import { wholeNumber, type Subject } from './harness/subject.js';
import type { LoadReport } from '../src/local/load/tally.js';

const steps = [{ weight: 10 }, { pause: { for: '1s' } }, { weight: 50 }, { pause: { for: '1s' } }, { weight: 100 }];

export const releases: Subject = {
  name: 'releases',
  title: 'Failed requests over releases in a row under load',
  about:
    'Bookinfo on a local cluster; reviews changes between two good versions, one release right after the other (10 %, 50 %, 100 %, a second of pause between), while requests come in ' +
    'through the gateway at their own times. Beside it a control run on the same cluster, of the same rate and length, without a release. A failure is no answer within 10 s, or a status of 500 and above. ' +
    'Both versions are good, so that every failure beyond the control run would be the release\'s. Latency is that of the whole machine, which also starts and ends the Pods. ' +
    'SERIN_BENCH_RELEASES and SERIN_BENCH_RATE change the number and the rate.',
  async measure(bench) {
    const count = wholeNumber('SERIN_BENCH_RELEASES', 20);
    const rate = wholeNumber('SERIN_BENCH_RATE', 50);
    const { client, ingress } = await startBookinfo(bench);
    const name = { namespace: NAMESPACE, name: 'reviews' };
    await client.patch(serinResources.releasePolicies, name, { kind: 'merge', body: { spec: { strategy: { canary: { steps } } } } });
    await eventually('the controller has seen the policy', async () => {
      const { metadata, status } = await client.get(serinResources.releasePolicies, name);
      return status?.observedGeneration === metadata.generation;
    });

    const url = `${ingress}/api/v1/products/0/reviews`;
    const warm = startTraffic(url, rate, 3);
    await systemClock.sleep(3_000);
    await warm.stop();

    bench.note(`${count} releases at ${rate} requests a second`);
    const start = systemClock.monotonic();
    const traffic = startTraffic(url, rate, 1);
    const ended: Release[] = [];
    for (let number = 1; number <= count; number++) {
      await setReviews(client, number % 2 === 1 ? 'v3' : 'v2');
      let last: Release | undefined;
      await eventually(`release ${number} ends`, async () => {
        last = await client.find(serinResources.releases, { namespace: NAMESPACE, name: `reviews-${number}` });
        return hasEnded(last?.status?.phase ?? 'Preparing');
      });
      if (last) ended.push(last);
      await eventually('the policy rests', async () => (await waitsFor(client)) === undefined);
    }
    const released = await traffic.stop();
    const milliseconds = systemClock.monotonic() - start;

    bench.note(`the control run: ${Math.round(milliseconds / 1000)} s`);
    const control = startTraffic(url, rate, 2);
    await systemClock.sleep(milliseconds);
    const still = await control.stop();

    const durations = ended.map(({ status }) => Date.parse(status?.endedAt ?? '') - Date.parse(status?.startedAt ?? ''));
    const completed = ended.filter(({ status }) => status?.phase === 'Completed').length;
    const aborted = ended.filter(({ status }) => status?.phase !== 'Completed').map(({ metadata, status }) => `${metadata.name}: ${status?.abortReason ?? '?'}`);
    return {
      columns: ['run', 'releases', 'requests', 'failed', 'p50', 'p99', 'max'],
      rows: [row(`${count} releases in a row`, String(completed), released), row('control, none', '0', still)],
      findings: [
        `Failures beyond the control run: ${released.failed - still.failed}.${problems(released)}`,
        `A release took ${formatDuration(Math.round(mean(durations) / 100) * 100)} on average, ${formatDuration(median(durations))} in the middle; 2 s of it are pauses of the plan.`,
        `Latency beside the control run: p50 ${times(released.latency.p50, still.latency.p50)}, p99 ${times(released.latency.p99, still.latency.p99)}.`,
        ...(aborted.length > 0 ? [`Taken back: ${aborted.join(', ')}.`] : []),
      ],
    };
  },
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const row = (name: string, completed: string, { sent, failed, latency }: LoadReport): string[] => [
  name, completed, String(sent), String(failed), `${digits(latency.p50)} ms`, `${digits(latency.p99)} ms`, `${digits(latency.max)} ms`,
];

/** What kinds of failures there were; empty for none. */
function problems({ failed, statuses, errors }: LoadReport): string {
  if (failed === 0) return '';
  const kinds = [...Object.entries(statuses).filter(([status]) => Number(status) >= 500), ...Object.entries(errors)];
  return ` Of those under releases: ${kinds.map(([kind, number]) => `${number} × ${kind}`).join(', ')}.`;
}
