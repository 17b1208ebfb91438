import { describe, expect, it } from 'vitest';
import type { ImageApproval } from '../model/images/image-approval.js';
import type { ImageUpdate } from '../model/images/image-update.js';
import type { Consent } from '../model/policy/consent.js';
import { API_VERSION, AUTHOR_ANNOTATION } from '../model/resources.js';
import { consentToImage, imageConsent, standingOf, type ImageStanding } from './image-consent.js';

const START = Date.UTC(2026, 0, 1);
const update = (author?: string): ImageUpdate => ({
  apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: { name: 'web-b', namespace: 'shop', uid: 'u-b' },
  spec: { policy: 'web', image: 'shop/web', tag: 'b', source: 'native', receivedAt: '2026-01-01T00:00:00Z', ...(author === undefined ? {} : { author }) },
});
const said = (approved: boolean, user: string, more: Partial<ImageApproval['spec']> = {}): ImageApproval => ({
  apiVersion: API_VERSION, kind: 'ImageApproval', metadata: { name: `${user}-${approved}`, namespace: 'shop' }, spec: { imageUpdate: 'web-b', imageUpdateUid: 'u-b', approved, user, ...more },
});
const wantedOf = (approval: Consent): NonNullable<ReturnType<typeof imageConsent>> => {
  const wanted = imageConsent({ spec: { workload: { deployment: 'web' }, tags: { glob: '*' }, approval } });
  return wanted ?? expect.fail('it asks');
};
const standing = (consent: Consent, approvals: readonly ImageApproval[], of = update(), seconds = 10): ImageStanding => standingOf(of, wantedOf(consent), approvals, START + seconds * 1000);
const inShort = ({ state, given }: ImageStanding): string => `${state} ${given.join(',')}`.trim();

describe('where people stand with an image', () => {
  it.each<[Consent, ImageApproval[], string]>([
    [{}, [], 'waiting'], [{}, [said(true, 'jane')], 'given jane'], [{ count: 2 }, [said(true, 'jane'), said(true, 'jane')], 'waiting jane'], [{ count: 2 }, [said(true, 'jane'), said(true, 'tom')], 'given jane,tom'],
    [{}, [said(true, 'jane', { imageUpdateUid: 'another' })], 'waiting'], [{}, [said(true, 'jane', { imageUpdate: 'web-c' })], 'waiting'], [{}, [said(true, 'jane'), said(false, 'tom')], 'rejected jane'],
    [{ users: ['tom'] }, [said(true, 'jane')], 'waiting'], [{ users: ['tom'] }, [said(false, 'jane')], 'waiting'], [{ groups: ['sre'] }, [said(true, 'jane', { groups: ['sre'] })], 'given jane'],
    [{ within: '5s' }, [], 'expired'], [{ within: '5s', otherwise: 'Approve' }, [], 'given'], [{ within: '5s', otherwise: 'Wait' }, [], 'waiting'], [{ within: '5s' }, [said(true, 'jane')], 'given jane'],
  ])('%j %#: %s', (consent, approvals, expected) => expect(inShort(standing(consent, approvals))).toBe(expected));

  it('says until when, how many, and who rejected it', () => {
    expect(standing({ count: 2, within: '1m' }, [said(false, 'tom', { comment: 'not today' })])).toEqual({ state: 'rejected', given: [], wanted: 2, until: START + 60_000, rejection: { user: 'tom', comment: 'not today' } });
  });

  it('is not decided by the author; where nobody knows who that is, by nobody', () => {
    expect(inShort(standing({ notAuthor: true }, [said(true, 'jane')], update('jane')))).toBe('waiting');
    expect(inShort(standing({ notAuthor: true }, [said(true, 'tom')], update('jane')))).toBe('given tom');
    expect(inShort(standing({ notAuthor: true }, [said(false, 'jane')], update('jane')))).toBe('rejected');
    expect(standing({ notAuthor: true }, [said(true, 'tom')])).toMatchObject({ state: 'waiting', given: [], blocked: expect.stringContaining('the sender named none') as string });
    expect(standing({ notAuthor: true }, [], update('jane')).blocked).toBeUndefined();
  });

  it('takes the author from the spec, and not from an annotation, which may be changed', () => {
    const annotated = (of: ImageUpdate): ImageUpdate => ({ ...of, metadata: { ...of.metadata, annotations: { [AUTHOR_ANNOTATION]: 'somebody-else' } } });
    expect(inShort(standing({ notAuthor: true }, [said(true, 'jane')], annotated(update('jane'))))).toBe('waiting');
    expect(standing({ notAuthor: true }, [said(true, 'tom')], annotated(update())).blocked).toBeDefined();
    expect(consentToImage(annotated(update('jane')), wantedOf({ notAuthor: true }), [said(true, 'jane'), said(true, 'somebody-else')]).given).toEqual(['somebody-else']);
  });
});
