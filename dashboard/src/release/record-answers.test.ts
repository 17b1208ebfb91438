import { expect, it } from 'vitest';
import { recordAnswers } from './record-answers.js';
import { sampleRelease } from './testing/sample-release.js';

const event = (code: string, time: string) => ({ code, time, text: code, textZh: code, type: 'Warning' as const });
const metric = (name: string, outcome: 'pass' | 'fail' | 'undecided') => ({ name, kind: 'errorRate' as const, outcome, says: '', saysZh: '', samples: 1, points: [], verdicts: [] });

it('[S1-20] answers whether it was tested, how it was taken back and how fast, and who met it', () => {
  const answers = recordAnswers(sampleRelease({
    phase: 'Aborted', outcome: 'aborted', endedAt: '2026-11-22T10:05:00Z', tested: ['smoke'],
    metrics: [metric('errors', 'fail'), metric('latency', 'undecided')],
    events: [event('Aborted', '2026-11-22T10:05:00Z'), event('Aborting', '2026-11-22T10:04:48Z'), event('ReleaseStarted', '2026-11-22T10:00:00Z')],
  }));
  expect(answers).toMatchObject({
    tested: { metrics: 2, failed: 1, undecided: 1, jobs: ['smoke'], gates: 0, approvals: 0 },
    decided: { code: 'Aborting' }, takenBackWithin: 12_000, took: 300_000, reached: 200, met: { requests: 100, failures: 4 },
  });
});

it('says nothing of taking back where it was not taken back, and no end where there is none', () => {
  const answers = recordAnswers(sampleRelease({ events: [event('Aborting', '2026-11-22T10:04:48Z')] }));
  expect(answers.decided ?? answers.takenBackWithin ?? answers.took).toBeUndefined();
});

it('counts only checks that were passed', () => {
  const stage = (kind: 'gate' | 'approve', state: 'done' | 'skipped') => ({ index: 1, kind, what: '', whatZh: '', state });
  const { tested } = recordAnswers(sampleRelease({ outcome: 'completed', stages: [stage('gate', 'done'), stage('gate', 'skipped'), stage('approve', 'done')] }));
  expect(tested).toMatchObject({ gates: 1, approvals: 1 });
});
