import { describe, expect, it } from 'vitest';
import type { EvidenceSpec } from '../../../model/evidence-record.js';
import { releaseOf } from '../testing/releases.js';
import { historyOf } from './history.js';
import { WatchedReleases } from './watched.js';

const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
const counts = (requests: number, failures: number) => ({ requests, failures });
const log = [
  { number: 1, time: at(1), code: 'ShareAsked', arguments: { share: '10 %', why: '@PlanAsks' } },
  { number: 2, time: at(2), code: 'ShareAccepted', arguments: { share: '10 %' } },
  { number: 3, time: at(5), code: 'ShareAsked', arguments: { share: '50 %', why: '@PlanAsks' } },
];

describe('a release over time', () => {
  it('has shares from what happened alone, without making up requests', () => {
    const { points } = historyOf({ release: releaseOf(), evidence: undefined, samples: [], entries: log });
    expect(points.map(({ at: time, asked, accepted, seconds }) => [time, asked, accepted, seconds])).toEqual([[at(1), 100, 0, 0], [at(2), 100, 100, 0], [at(5), 500, 100, 0]]);
  });

  it('has counts of each stretch from the evidence, and latency beside it', () => {
    const side = (count: number, bad: number) => ({ count, bad });
    const metric = { outcome: 'undecided', says: '', samples: 2 } as const;
    const evidence: EvidenceSpec = {
      release: 'web-1', canary: 'b', writtenAt: at(4), outcome: 'undecided',
      metrics: [
        { ...metric, name: 'errors', kind: 'errorRate', points: [{ at: at(3), seconds: 60, stable: side(90, 0), canary: side(10, 1) }, { at: at(4), seconds: 60, stable: side(80, 1), canary: side(20, 2) }] },
        { ...metric, name: 'latency', kind: 'latency', points: [{ at: at(4), seconds: 120, stable: { count: 170, value: 80 }, canary: { count: 30, value: 95 } }] },
      ],
    };
    const { points } = historyOf({ release: releaseOf(), evidence, samples: [], entries: log });
    expect(points.filter(({ seconds }) => seconds > 0)).toEqual([
      { at: at(3), seconds: 60, asked: 100, accepted: 100, requests: { stable: 90, canary: 10 }, failures: { stable: 0, canary: 1 }, p99: { stable: 80, canary: 95 } },
      { at: at(4), seconds: 60, asked: 100, accepted: 100, requests: { stable: 80, canary: 20 }, failures: { stable: 1, canary: 2 }, p99: { stable: 80, canary: 95 } },
    ]);
  });

  it('has what the server has watched where there is no evidence', () => {
    const watched = new WatchedReleases();
    const state = (canary: number, asked: number) => releaseOf({ status: { log, evidence: { stable: counts(100, 0), canary: counts(canary, 1) }, shares: { asked: { stable: 1000 - asked, canary: asked } } } });
    watched.see(state(10, 100), Date.parse(at(2)));
    watched.see(state(10, 100), Date.parse(at(3)));
    watched.see(state(30, 500), Date.parse(at(6)));
    const release = releaseOf();
    expect(watched.samplesOf(release)).toHaveLength(2);
    const { points } = historyOf({ release, evidence: undefined, samples: watched.samplesOf(release), entries: watched.entriesOf(release) });
    expect(points.at(-1)).toMatchObject({ at: at(6), seconds: 240, asked: 500, requests: { stable: 0, canary: 20 }, failures: { canary: 0 } });
  });
});

describe('what a server has watched', () => {
  it('keeps all that happened, and as many samples as cover the whole', () => {
    const watched = new WatchedReleases();
    for (let count = 1; count <= 1_000; count++) {
      watched.see(releaseOf({ status: { log: [{ number: count, time: at(1), code: 'ResumedByUser', arguments: {} }], evidence: { stable: counts(count, 0), canary: counts(0, 0) } } }), count * 1_000);
    }
    const samples = watched.samplesOf(releaseOf());
    expect(samples.length).toBeGreaterThan(100);
    expect(samples.length).toBeLessThanOrEqual(240);
    expect([samples[0]?.at ?? 0, samples.at(-1)?.at]).toEqual([expect.any(Number), 1_000_000]);
    expect(samples[0]?.at).toBeLessThan(20_000);
    expect(watched.entriesOf(releaseOf()).map(({ number }) => number)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
    watched.forget(releaseOf());
    expect(watched.samplesOf(releaseOf())).toEqual([]);
  });
});
