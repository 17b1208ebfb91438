import { describe, expect, it } from 'vitest';
import { releaseOf } from '../testing/releases.js';
import { deedsOf } from './deeds.js';

describe('who did what', () => {
  it('names people where they are known, and tools where they are not', () => {
    const release = releaseOf({ annotations: { 'serin.dev/told.2026-01-01T00.05.00Z.pause': 'jane' } });
    release.metadata.managedFields = [
      { manager: 'serin', operation: 'Update', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': { 'f:plan': {}, 'f:paused': {} } } },
      { manager: 'serin-server', operation: 'Update', time: '2026-01-01T00:05:00Z', fieldsV1: { 'f:spec': { 'f:paused': {} } } },
      { manager: 'kubectl-patch', operation: 'Update', time: '2026-01-01T00:06:00Z', fieldsV1: { 'f:spec': { 'f:abort': {} } } },
    ];
    const said = { step: 0, approved: true, user: 'joe', groups: [], comment: 'fine', counts: true, at: '2026-01-01T00:04:00Z', via: 'slack: #releases' };
    expect(deedsOf(release, [said])).toEqual([
      { time: '2026-01-01T00:06:00Z', user: 'kubectl-patch', what: 'aborted it', whatZh: '撤回发布' },
      { time: '2026-01-01T00:05:00Z', user: 'jane', what: 'paused it', whatZh: '暂停发布' },
      { time: '2026-01-01T00:04:00Z', user: 'joe', what: 'approved before it begins: fine', whatZh: '批准（开始之前）：fine', via: 'slack: #releases' },
    ]);
  });
});
