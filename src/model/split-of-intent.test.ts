import { describe, expect, it } from 'vitest';
import { describeMatch } from './match.js';
import { describePreview } from './preview.js';
import type { Intent } from './release.js';
import { allowances } from './sizing.js';
import { splitOfIntent } from './split-of-intent.js';

const intent = (change: Partial<Intent>): Intent => ({ routing: 'split', share: 0, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true, ...change });
const plan = { preview: { path: '/green' }, sticky: { cookie: 'met', maxAgeSeconds: 60 } };
const matches = [{ headers: [{ name: 'end-user', exact: 'jason' }] }];

describe('the split that an intent asks for', () => {
  it('has what the intent has, and nothing empty', () => {
    expect(splitOfIntent(intent({}), plan, 'Progressing')).toEqual({ shares: { stable: 1000, canary: 0 } });
    expect(splitOfIntent(intent({ share: 100, matches, mirror: 50, preview: true }), plan, 'Progressing')).toEqual({ shares: { stable: 900, canary: 100 }, matches, mirror: 50, preview: { path: '/green' }, sticky: plan.sticky });
    const mirrors = [{ share: 500, matches: [{ path: { prefix: '/a' } }] }];
    expect(splitOfIntent(intent({ share: 100, mirrors }), {}, 'Progressing')).toEqual({ shares: { stable: 900, canary: 100 }, mirrors });
    expect(splitOfIntent(intent({ mirrors: [] }), {}, 'Progressing')).toEqual({ shares: { stable: 1000, canary: 0 } });
    expect(splitOfIntent(intent({ matches: [], mirror: 0, preview: true }), {}, 'Progressing')).toEqual({ shares: { stable: 1000, canary: 0 } });
  });

  it('keeps users with a version only while both have a share, and never after an abort', () => {
    expect(splitOfIntent(intent({ share: 1000 }), plan, 'Promoting').sticky).toBeUndefined();
    expect(splitOfIntent(intent({ share: 500 }), plan, 'Aborting').sticky).toBeUndefined();
  });
});

describe('in a few words', () => {
  it('matches', () => {
    expect(describeMatch({ headers: [{ name: 'end-user', exact: 'jason' }], cookies: [{ name: 'tester' }, { name: 'group', prefix: 'b' }, { name: 'id', regex: '[0-4].*' }] })).toBe('header end-user: jason and cookie tester and cookie group=b… and cookie id=/[0-4].*/');
  });

  it('previews', () => {
    expect(describePreview({ path: '/green', host: 'green.test', service: 'green' })).toBe('path /green, host green.test, Service green');
    expect(describePreview({})).toBe('');
  });
});

describe('what a batch may have', () => {
  it.each([
    [{ surge: { part: 250 } }, 4, { surge: 1, unavailable: 0 }],
    [{ surge: { part: 250 } }, 5, { surge: 2, unavailable: 0 }],
    [{ surge: { part: 0 } }, 5, { surge: 1, unavailable: 0 }],
    [{ surge: { pods: 0 }, unavailable: { part: 250 } }, 5, { surge: 0, unavailable: 1 }],
    [{ surge: { pods: 0 }, unavailable: { part: 250 } }, 3, { surge: 1, unavailable: 0 }],
    [{ surge: { pods: 2 }, unavailable: { pods: 1 } }, 3, { surge: 2, unavailable: 1 }],
  ])('%j of %i Pods: surge up, missing down, and one of both at least', (bounds, replicas, expected) => {
    expect(allowances(bounds, replicas)).toEqual(expected);
  });
});
