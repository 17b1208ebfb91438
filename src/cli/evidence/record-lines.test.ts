import { describe, expect, it } from 'vitest';
import type { EvidenceMetric, EvidencePoint, EvidenceSpec } from '../../model/evidence-record.js';
import { noColours } from '../output/colours.js';
import { evidenceNews } from './news.js';
import { recordLines, type Drawing } from './record-lines.js';

const START = Date.UTC(2026, 0, 1, 12);
const at = (second: number): string => new Date(START + second * 1000).toISOString();
const rates = (canary: readonly number[], stable: readonly number[]): EvidencePoint[] =>
  canary.map((bad, index) => ({ at: at(index + 1), seconds: 1, canary: { count: 10, bad }, stable: { count: 90, bad: stable[index] ?? 0 } }));

const errors: EvidenceMetric = {
  name: 'errors', kind: 'errorRate', outcome: 'fail', samples: 12,
  says: 'the canary fails 4.8 % of requests, stable 0.5 %; at least 1.5 times as many with 99 % confidence after 212 requests',
  verdicts: [{ at: at(1), outcome: 'undecided', says: 'waits for evidence' }, { at: at(12), outcome: 'fail', says: 'the canary fails 4.8 % of requests, stable 0.5 %' }],
  points: rates([0, 0, 1, 0, 2, 3, 4, 4, 6, 8, 10, 5], [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0]),
};
const latency: EvidenceMetric = {
  name: 'latency', kind: 'latency', outcome: 'undecided', samples: 3, says: 'no sign of trouble yet', problem: 'Pod web-1 answers 404 at port 8080.', dryRun: true,
  points: [1, 2, 3].map((second) => ({ at: at(second * 4), seconds: 4, canary: { count: 40, value: second === 2 ? undefined as never : 90 * second }, stable: { count: 360, value: 1200 } })).map((point) => JSON.parse(JSON.stringify(point)) as EvidencePoint),
};
const check: EvidenceMetric = {
  name: 'check', kind: 'condition', outcome: 'pass', samples: 4, says: '3 of 4 measurements succeeded',
  points: (['success', 'success', 'failure', 'error'] as const).map((measured, index) => ({ at: at(3 * index + 3), seconds: 0, ...(measured === 'error' ? {} : { value: 0.95 - index / 10 }), measured })),
};
const record: EvidenceSpec = { release: 'web-2', canary: 'abc', writtenAt: at(12), outcome: 'fail', metrics: [errors, latency, check] };
const drawing: Drawing = { colours: noColours, columns: 80, height: 1, verdicts: 3 };
const lines = (change: Partial<Drawing> = {}, of: EvidenceSpec = record): string[] => recordLines(of, START + 20_000, { ...drawing, ...change });

describe('evidence as lines', () => {
  it('shows verdicts, charts on one scale, problems and dry runs', () => {
    expect(`${lines().join('\n')}\n`).toMatchInlineSnapshot(`
      "evidence of release web-2  fail  3 metrics, written 8s ago

      ✗ errors  fail  errorRate, 12 samples
        the canary fails 4.8 % of requests, stable 0.5 %; at least 1.5 times as many
        with 99 % confidence after 212 requests
        canary  ▁▁▁▁▂▂▃▃▅▆█▄  last 50 %, highest 100 %
        stable  ▁▁▁▁▁▁▁▁▁▁▁▁  last 0 %, highest 2.2 %
                12:00:00 12:00:12
        12:00:01 undecided: waits for evidence
        12:00:12 fail: the canary fails 4.8 % of requests, stable 0.5 %

      ? latency  undecided  dry run: decides nothing  latency, 3 samples
        no sign of trouble yet
        No samples at the moment: Pod web-1 answers 404 at port 8080.
        canary  ▁ ▂  last 270 ms, highest 270 ms
        stable  ███  last 1.2 s, highest 1.2 s
                12:00:00 12:00:12

      ✓ check  pass  condition, 4 samples
        3 of 4 measurements succeeded
        value   █          ▇          ▆             last 0.75, highest 0.95
                o          o          x          !  o success ! error x failure
                12:00:02                  12:00:12
      "
    `);
  });

  it('draws one metric higher', () => {
    expect(`${lines({ height: 3 }, { ...record, metrics: [errors] }).join('\n')}\n`).toMatchInlineSnapshot(`
      "evidence of release web-2  fail  1 metric, written 8s ago

      ✗ errors  fail  errorRate, 12 samples
        the canary fails 4.8 % of requests, stable 0.5 %; at least 1.5 times as many
        with 99 % confidence after 212 requests
                         ▃█
                      ▂▂▆██▄
        canary  ▁▁▂▁▅▇██████  last 50 %, highest 100 %
        stable  ▁▁▁▁▁▁▁▁▁▁▁▁  last 0 %, highest 2.2 %
                12:00:00 12:00:12
        12:00:01 undecided: waits for evidence
        12:00:12 fail: the canary fails 4.8 % of requests, stable 0.5 %
      "
    `);
  });

  it('stays within the columns', () => {
    for (const columns of [80, 100, 200]) for (const line of lines({ columns })) expect([...line].length, line).toBeLessThanOrEqual(columns);
  });

  it('draws nothing where nothing was seen', () => {
    const { points: _, verdicts: _verdicts, ...bare } = errors;
    expect(lines({}, { ...record, metrics: [bare] })).toHaveLength(5);
  });
});

describe('news of evidence', () => {
  it('are outcomes and problems, and no numbers', () => {
    const first = evidenceNews(record, new Map());
    expect(first.lines).toEqual([
      `12:00:12 web-2: errors fail: ${errors.says}`,
      '12:00:12 web-2: latency undecided (dry run): no sign of trouble yet No samples at the moment: Pod web-1 answers 404 at port 8080.',
      '12:00:12 web-2: check pass: 3 of 4 measurements succeeded',
    ]);
    expect(evidenceNews({ ...record, metrics: [{ ...errors, says: 'more of the same' }, latency, check] }, first.told).lines).toEqual([]);
    const { problem: _, ...better } = latency;
    expect(evidenceNews({ ...record, metrics: [errors, better, check] }, first.told).lines).toEqual(['12:00:12 web-2: latency undecided (dry run): no sign of trouble yet']);
  });
});
