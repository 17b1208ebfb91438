import { describe, expect, it } from 'vitest';
import type { Release, ReleaseStatus } from '../../model/release.js';
import { API_VERSION } from '../../model/resources.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { ControllerMetrics } from './controller-metrics.js';
import { metricDefinitions, type MetricDefinition } from './definitions.js';

const ended = (status: Partial<ReleaseStatus>): Release => ({
  apiVersion: API_VERSION,
  kind: 'Release',
  metadata: { name: 'web-1', namespace: 'shop' },
  spec: { policy: 'web', strategy: 'blueGreen' } as Release['spec'],
  status: { phase: 'Completed', startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:01:30Z', ...status } as ReleaseStatus,
});

function started(): { metrics: ControllerMetrics; lines: () => Promise<string[]>; clock: VirtualClock } {
  const clock = new VirtualClock();
  const metrics = new ControllerMetrics(clock, '1.2.3');
  metrics.observe({ phases: () => ({ policies: { Resting: 3 }, releases: { Progressing: 2 } }), queueDepth: () => 5, oldestSample: () => 2.5, isLeading: () => true, isReady: () => false });
  return { metrics, clock, lines: async () => (await metrics.text()).split('\n') };
}

describe('metrics of the controller', () => {
  it('count releases by how they ended, and how long they took', async () => {
    const { metrics, lines } = started();
    metrics.ended(ended({}));
    metrics.ended(ended({ phase: 'Aborted', abortReason: 'JobFailed' }));
    metrics.ended(ended({ phase: 'Progressing' }));
    const all = await lines();
    expect(all).toContain('serin_releases_ended_total{outcome="Completed",reason="",strategy="blueGreen"} 1');
    expect(all).toContain('serin_releases_ended_total{outcome="Aborted",reason="JobFailed",strategy="blueGreen"} 1');
    // There before the first one, so that a rise is seen.
    expect(all).toContain('serin_releases_ended_total{outcome="Aborted",reason="CanaryCrashed",strategy="canary"} 0');
    expect(all).toContain('serin_release_duration_seconds_sum{outcome="Completed",strategy="blueGreen"} 90');
    expect(all).toContain('serin_release_duration_seconds_bucket{le="60",outcome="Completed",strategy="blueGreen"} 0');
    expect(all).toContain('serin_release_duration_seconds_bucket{le="120",outcome="Completed",strategy="blueGreen"} 1');
  });

  it('tell what there is at the moment', async () => {
    const { metrics, lines } = started();
    metrics.passed('release', 'conflict', 0.02);
    expect(await lines()).toEqual(expect.arrayContaining([
      'serin_policies{phase="Resting"} 3', 'serin_policies{phase="Refused"} 0', 'serin_releases{phase="Progressing"} 2', 'serin_queue_depth 5', 'serin_leading 1', 'serin_ready 0',
      'serin_build_info{version="1.2.3"} 1', 'serin_reconcile_duration_seconds_count{kind="release",result="conflict"} 1',
    ]));
  });

  it('count samples and verdicts by the kind of metric', async () => {
    const { metrics, lines } = started();
    metrics.sampled('latency');
    metrics.unread('errorRate', 'failed');
    metrics.judged('errorRate', 'fail');
    expect(await lines()).toEqual(expect.arrayContaining([
      'serin_samples_total{kind="latency"} 1', 'serin_unread_samples_total{kind="errorRate",reason="failed"} 1', 'serin_verdicts_total{kind="errorRate",outcome="fail"} 1',
      'serin_verdicts_total{kind="saturation",outcome="pass"} 0', 'serin_oldest_sample_seconds 2.5',
    ]));
  });

  it('count requests by verb, kind and answer, those without an answer too', async () => {
    const { metrics, lines, clock } = started();
    const transport = metrics.counted({
      async request({ path }) {
        await clock.sleep(20);
        if (path.endsWith('gone')) throw new Error('connection reset');
        return { status: 409, headers: {}, body: '' };
      },
      stream: () => Promise.resolve({ status: 200, headers: {}, chunks: (async function* () {})() }),
    });
    const asked = Promise.allSettled([
      transport.request({ method: 'PUT', path: '/apis/apps/v1/namespaces/shop/deployments/web' }),
      transport.request({ method: 'GET', path: '/api/v1/namespaces/shop/pods/gone' }),
      transport.stream({ method: 'GET', path: '/api/v1/pods', query: new URLSearchParams('watch=true') }),
    ]);
    await clock.advance(20);
    expect((await asked).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const all = await lines();
    expect(all).toContain('serin_api_requests_total{verb="update",resource="deployments",code="409"} 1');
    expect(all).toContain('serin_api_requests_total{verb="get",resource="pods",code="none"} 1');
    expect(all).toContain('serin_api_requests_total{verb="watch",resource="pods",code="200"} 1');
    expect(all).toContain('serin_api_request_duration_seconds_sum{verb="update"} 0.02');
  });

  it('are those that are told of, with no label more', async () => {
    const { metrics, lines } = started();
    metrics.ended(ended({}));
    metrics.passed('policy', 'done', 1);
    metrics.sampled('latency');
    metrics.unread('errorRate', 'failed');
    await metrics.counted({ request: () => Promise.resolve({ status: 200, headers: {}, body: '' }), stream: () => Promise.reject(new Error('none')) }).request({ method: 'GET', path: '/version' });
    const offered = new Map<string, Set<string>>();
    for (const line of (await lines()).filter((each) => each.startsWith('serin_'))) {
      const [, name = '', labels = ''] = /^(serin_\w+?)(?:_(?:bucket|sum|count))?(?:\{(.*)\})? /.exec(line) ?? [];
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le');
      offered.set(name, new Set([...(offered.get(name) ?? []), ...names]));
    }
    const told = Object.values(metricDefinitions as Readonly<Record<string, MetricDefinition>>).map(({ name, labels }) => [name, Object.keys(labels).sort()]);
    expect([...offered].map(([name, labels]) => [name, [...labels].sort()]).sort()).toEqual(told.sort());
  });
});
