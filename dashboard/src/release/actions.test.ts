import { describe, expect, it } from 'vitest';
import { bodyOf } from './action-body.js';
import { arrangeActions } from './action-order.js';
import { sampleAction, sampleRelease } from './testing/sample-release.js';

describe('actions on a release', () => {
  it('puts Abort first, and what is refused or rarely meant out of the way', () => {
    const { main, more } = arrangeActions([sampleAction('promote'), sampleAction('promoteFull'), sampleAction('pause'), sampleAction('resume', false), sampleAction('abort'), sampleAction('approve', false)]);
    expect(main.map(({ verb }) => verb)).toEqual(['abort', 'promote', 'pause']);
    expect(more.map(({ verb }) => verb)).toEqual(['approve', 'resume', 'promoteFull']);
  });

  it('binds what somebody says to the release, step, plan and images that they saw', () => {
    const seen = { plan: 'hash', images: ['sha256:1'] };
    const release = sampleRelease({ seen });
    expect(bodyOf('approve', release, 'fine')).toEqual({ uid: 'uid-1', comment: 'fine', step: 2, seen });
    expect(bodyOf('promote', release, undefined)).toEqual({ uid: 'uid-1', step: 2 });
  });

  it('goes back to the version that was shown', () => {
    const release = sampleRelease({ phase: 'Completed', outcome: 'completed', actions: [{ ...sampleAction('rollback'), to: 'web-a' }] });
    expect(bodyOf('rollback', release, undefined)).toEqual({ uid: 'uid-1', to: 'web-a' });
    expect(bodyOf('retry', release, undefined)).toEqual({ uid: 'uid-1' });
  });

  it('stops a release wherever it is by now', () => {
    expect(bodyOf('abort', sampleRelease({ seen: { plan: 'hash', images: [] } }), undefined)).toEqual({ uid: 'uid-1' });
  });

  it('says step 0 for what has not begun, and none for a freeze window', () => {
    const release = sampleRelease({ phase: 'Preparing', step: { index: 0, count: 3, what: '', whatZh: '' } });
    expect(bodyOf('approve', release, undefined).step).toBe(0);
    expect(bodyOf('promote', release, undefined).step).toBe(1);
    expect(bodyOf('approve', { ...release, waitsFor: { kind: 'freeze', text: '', textZh: '' } }, undefined).step).toBeUndefined();
  });
});
