import { describe, expect, it } from 'vitest';
import type { ImageApproval } from '../model/images/image-approval.js';
import type { ImagePolicy } from '../model/images/image-policy.js';
import type { ImageUpdate, ImageUpdatePhase } from '../model/images/image-update.js';
import type { Consent } from '../model/policy/consent.js';
import { API_VERSION } from '../model/resources.js';
import { askingImages } from './image-asking.js';
import { consentToImage, imageConsent } from './image-consent.js';
import { planImageApproval, type ImageApprovalPlan } from './image-decision.js';

const update = (phase: ImageUpdatePhase = 'WaitingForApproval', author?: string): ImageUpdate => ({
  apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: { name: 'web-7f9c', namespace: 'shop', uid: 'u1' },
  spec: { policy: 'web', image: 'registry/web', tag: '1.2.3', source: 'native', receivedAt: '2026-01-01T00:00:00Z', ...(author === undefined ? {} : { author }) }, status: { phase },
});
const policy = (approval?: Consent): ImagePolicy => ({ apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name: 'web', namespace: 'shop' }, spec: { workload: { deployment: 'web' }, tags: { semver: '*' }, ...(approval ? { approval } : {}) } });
const ana = { username: 'ana', groups: ['sre', 'all'] };
const bob = { username: 'bob', groups: [] };
const say = (caller: typeof ana | typeof bob, approval: Consent | undefined, approvals: ImageApproval[] = [], approved = true, of = update()): ImageApprovalPlan => planImageApproval(of, policy(approval), approvals, caller, { approved, comment: 'fine', via: 'page' });
const written = (plan: ImageApprovalPlan): ImageApproval => (plan.outcome === 'refused' ? expect.fail(plan.why) : plan.approval);

describe('what is said to an image', () => {
  it('stands in an object of its own for each person and word, with the groups that count', () => {
    const plan = say(ana, { count: 2, groups: ['sre'] });
    expect(plan).toMatchObject({ outcome: 'write', done: 'Image web-7f9c (registry/web:1.2.3) is approved by ana.', next: '1 of 2 approvals are given; still wanted: 1 from group sre.' });
    const approval = written(plan);
    expect(approval).toMatchObject({ metadata: { namespace: 'shop', ownerReferences: [{ kind: 'ImageUpdate', uid: 'u1' }] }, spec: { imageUpdate: 'web-7f9c', imageUpdateUid: 'u1', approved: true, user: 'ana', groups: ['sre'], comment: 'fine', via: 'page' } });
    expect(say(ana, { count: 2, groups: ['sre'] }, [approval])).toMatchObject({ outcome: 'nothing' });
    expect(written(say(ana, {}, [], false)).metadata.name).not.toBe(approval.metadata.name);
    expect(say(ana, {}, [], false)).toMatchObject({ next: 'It is not taken up; the present image stays.' });
  });

  it('is refused where nobody is asked, where somebody else is, and where all is decided', () => {
    expect(say(bob, undefined)).toEqual({ outcome: 'refused', why: 'the ImagePolicy web asks nobody for image web-7f9c (registry/web:1.2.3).' });
    expect(say(bob, { groups: ['sre'] })).toMatchObject({ why: 'bob may not approve image web-7f9c (registry/web:1.2.3): only group sre may.' });
    expect(say(ana, {}, [], true, update('Applied'))).toMatchObject({ why: 'image web-7f9c (registry/web:1.2.3) is decided (Applied); there is nothing to approve.' });
    expect(planImageApproval(update(), undefined, [], ana, { approved: true })).toMatchObject({ outcome: 'refused', why: expect.stringContaining('is gone') as string });
  });

  it('is not said by its author, nor by anybody where that is unknown', () => {
    expect(say(ana, { notAuthor: true })).toMatchObject({ why: expect.stringContaining('Whoever sends images has to name its author.') as string });
    expect(say(ana, { notAuthor: true }, [], true, update('WaitingForApproval', 'ana'))).toMatchObject({ why: 'ana wrote image web-7f9c (registry/web:1.2.3) and may not approve it. Somebody else has to.' });
    expect(say(ana, { notAuthor: true }, [], false, update('WaitingForApproval', 'ana')).outcome).toBe('write');
    expect(say(bob, { notAuthor: true }, [], true, update('WaitingForApproval', 'ana')).outcome).toBe('write');
  });

  it('counts for this very image, of each person once, from those who may', () => {
    const wanted = imageConsent(policy({ count: 2, users: ['ana', 'bob'] }));
    if (!wanted) return expect.fail('it asks');
    const word = written(say(ana, { users: ['ana'] }));
    const other = (spec: Partial<ImageApproval['spec']>, name = 'x'): ImageApproval => ({ ...word, metadata: { ...word.metadata, name }, spec: { ...word.spec, ...spec } });
    expect(consentToImage(update(), wanted, [word, other({}), other({ user: 'eve' }), other({ user: 'bob', imageUpdateUid: 'u0' })]).given).toEqual(['ana']);
    expect(consentToImage(update(), wanted, [word, other({ user: 'bob', approved: false })])).toMatchObject({ given: ['ana'], refusal: { user: 'bob' } });
  });
});

it('images that wait are listed with whom they wait for', () => {
  const late = { ...update(), metadata: { ...update().metadata, name: 'late' }, spec: { ...update().spec, receivedAt: '2026-01-02T00:00:00Z' } };
  const rows = askingImages([late, update(), update('Applied')], [policy({ count: 2, groups: ['sre'] })], [written(say(ana, { groups: ['sre'] }))]);
  expect(rows).toMatchObject([{ image: 'web-7f9c', what: 'registry/web:1.2.3', wanted: 2, given: ['ana'], groups: ['sre'] }, { image: 'late', given: [] }]);
  expect(askingImages([update()], [policy()], [])).toEqual([]);
});
