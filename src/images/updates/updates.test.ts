import { describe, expect, it } from 'vitest';
import type { ImageApproval } from '../../model/images/image-approval.js';
import type { ImagePolicy, ImagePolicySpec } from '../../model/images/image-policy.js';
import type { ImageUpdate, ImageUpdateStatus } from '../../model/images/image-update.js';
import type { Release } from '../../model/release.js';
import { API_VERSION } from '../../model/resources.js';
import { resources } from '../../kubernetes/resources.js';
import { tagRules } from '../matching/tag-rules.js';
import { wantedText, type WantedImage } from '../workloads/image-change.js';
import type { ImageWorkload } from '../workloads/workload.js';
import { advanceUpdates } from './advance.js';
import { outdatedUpdates, releaseOf } from './history.js';
import { takeUp } from './take-up.js';

const START = Date.UTC(2026, 0, 1);
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString().replace('.000Z', 'Z');
const policy = (spec: Partial<ImagePolicySpec> = {}): ImagePolicy => ({ apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name: 'web', namespace: 'default', uid: 'p1' }, spec: { workload: { deployment: 'web' }, tags: { glob: '*' }, ...spec } });
const update = (tag: string, received = 0, status?: ImageUpdateStatus): ImageUpdate => ({
  apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: { name: `web-${tag}`, namespace: 'default', uid: `u-${tag}` },
  spec: { policy: 'web', policyUid: 'p1', image: 'shop/web', tag, source: 'native', receivedAt: at(received) }, ...(status ? { status } : {}),
});
const workload = (tag = '1.0.0', annotations: Record<string, string> = {}): ImageWorkload => ({
  resource: resources.deployments, templatePath: ['spec', 'template'], template: { spec: { containers: [] } },
  object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default', annotations } },
  containers: [{ list: 'containers', name: 'web', text: `shop/web:${tag}`, image: { repository: 'shop/web', tag, digest: undefined } }],
});
const said = (tag: string, approved: boolean, user: string): ImageApproval => ({
  apiVersion: API_VERSION, kind: 'ImageApproval', metadata: { name: `${user}-${approved}`, namespace: 'default' }, spec: { imageUpdate: `web-${tag}`, imageUpdateUid: `u-${tag}`, approved, user },
});
const phases = (updates: readonly ImageUpdate[], spec: Partial<ImagePolicySpec> = {}, more: Partial<Parameters<typeof advanceUpdates>[0]> = {}): Record<string, string> =>
  Object.fromEntries(advanceUpdates({ policy: policy(spec), rules: tagRules(spec.tags ?? { glob: '*' }), updates, approvals: [], workload: workload(), gitOwner: undefined, now: START, ...more })
    .map(({ update: { spec: { tag } }, status, change }) => [tag, [status?.phase, change ? 'change' : undefined].filter((each) => each !== undefined).join(' ')]));

describe('which of several updates goes on', () => {
  it('the last one, where tags have no order', () => expect(phases([update('b', 1), update('a', 2), update('c', 0)])).toEqual({ c: 'Superseded', b: 'Superseded', a: 'change' }));
  it('the highest one, where they have', () => expect(phases([update('1.2.0', 1), update('1.1.0', 2)], { tags: { semver: '1.x' } })).toEqual({ '1.2.0': 'change', '1.1.0': 'Superseded' }));
  it('none while the policy is paused, or its rules cannot be used', () => {
    expect(phases([update('b')], { paused: true })).toEqual({ b: 'Pending' });
    expect(phases([update('b')], {}, { rules: undefined, why: 'spec.tags.glob: no' })).toEqual({ b: 'Pending' });
    expect(phases([update('b')], {}, { workload: { problem: 'there is no Deployment web' } })).toEqual({ b: 'Pending' });
  });
  it('none that is lower than what runs by now, or that the policy does not want any more', () => {
    expect(phases([update('1.1.0')], { tags: { semver: '1.x' } }, { workload: workload('1.2.0') })).toEqual({ '1.1.0': 'Superseded' });
    expect(phases([update('2.1.0')], { tags: { semver: '1.x' } })).toEqual({ '2.1.0': 'Refused' });
  });
  it('none twice: what runs already, or what was changed by it and put back since, is not changed again', () => {
    expect(phases([update('b')], {}, { workload: workload('b') })).toEqual({ b: 'Applied' });
    expect(phases([update('b')], {}, { workload: workload('a', { 'serin.dev/image-update': 'web-b' }) })).toEqual({ b: 'Applied' });
  });
  it('none of an earlier policy of this name', () => expect(phases([{ ...update('b'), spec: { ...update('b').spec, policyUid: 'p0' } }])).toEqual({ b: 'Refused' }));
  it('only reported where git owns the image, unless the policy says otherwise', () => {
    expect(phases([update('b')], { approval: {} }, { gitOwner: 'Flux' })).toEqual({ b: 'Reported' });
    expect(phases([update('b')], { mode: 'Report' })).toEqual({ b: 'Reported' });
    expect(phases([update('b')], { mode: 'Update' }, { gitOwner: 'Flux' })).toEqual({ b: 'change' });
  });
  it('approved first: what is on record says by whom', () => {
    expect(phases([update('b')], { approval: { count: 1 } })).toEqual({ b: 'WaitingForApproval' });
    expect(phases([update('b')], { approval: { count: 1 } }, { approvals: [said('b', true, 'jane')] })).toEqual({ b: 'WaitingForApproval change' });
    expect(phases([update('b')], { approval: { count: 1 } }, { approvals: [said('b', false, 'jane')] })).toEqual({ b: 'Rejected' });
    expect(phases([update('b')], { approval: { within: '5s' } }, { now: START + 10_000 })).toEqual({ b: 'Expired' });
  });
});

describe('what people agreed to', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const of = (spec: Partial<ImagePolicySpec>, running: ImageWorkload) =>
    advanceUpdates({
      policy: policy(spec), rules: tagRules({ glob: '*' }), updates: [{ ...update('b'), spec: { ...update('b').spec, digest } }],
      approvals: [said('b', true, 'jane')], workload: running, gitOwner: undefined, now: START,
    })[0];
  const texts = (running: ImageWorkload, change: WantedImage | undefined): string[] => running.containers.map((each) => (change ? wantedText(each, change) : each.text));
  it('is the digest where one is known, and that is what is written', () => {
    expect(texts(workload(), of({ approval: {} }, workload())?.change)).toEqual([`shop/web:b@${digest}`]);
  });
  it('is the tag where nobody named a digest; and where nobody is asked the tag is enough', () => {
    const plain = advanceUpdates({ policy: policy({ approval: {} }), rules: tagRules({ glob: '*' }), updates: [update('b')], approvals: [said('b', true, 'jane')], workload: workload(), gitOwner: undefined, now: START })[0];
    expect(texts(workload(), plain?.change)).toEqual(['shop/web:b']);
    expect(texts(workload(), of({}, workload())?.change)).toEqual(['shop/web:b']);
  });
  it('is left to who wrote the tag meanwhile', () => expect(of({ approval: {} }, workload('b'))?.status?.phase).toBe('Applied'));
});

describe('what is told twice', () => {
  const tell = (tag: string, updates: readonly ImageUpdate[], digest?: string): string => {
    const taken = takeUp({ repositories: ['docker.io/shop/web'], tag, source: 'native', digest }, policy({ tags: { semver: '*' } }), workload(), updates, START);
    return taken.outcome === 'ignored' ? taken.why : `${taken.outcome} ${taken.update.metadata.name}`;
  };
  const [one, other] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
  const withDigest = (digest: string): ImageUpdate => ({ ...update('1.1.0'), spec: { ...update('1.1.0').spec, digest } });
  it('is one, with a digest or without', () => {
    expect(tell('1.1.0', [])).toBe(tell('1.1.0', []));
    expect(tell('1.1.0', [update('1.1.0')])).toBe('known web-1.1.0');
    expect(tell('1.1.0', [update('1.1.0')], one)).toBe('known web-1.1.0');
    expect(tell('1.1.0', [withDigest(one)])).toBe('known web-1.1.0');
    expect(tell('1.1.0', [update('1.1.0', 0, { phase: 'Expired' })])).toContain('was taken up before by ImageUpdate web-1.1.0, which is Expired');
  });
  it('says who wrote it where nobody can change it', () => {
    const taken = takeUp({ repositories: ['docker.io/shop/web'], tag: '1.1.0', source: 'native', person: 'jane' }, policy({ tags: { semver: '*' } }), workload(), [], START);
    expect(taken).toMatchObject({ outcome: 'new', update: { spec: { author: 'jane', by: 'jane' } } });
    expect(taken.outcome === 'new' && taken.update.metadata.annotations).toBeUndefined();
  });
  it('asks again with another digest', () => expect(tell('1.1.0', [withDigest(one)], other)).toMatch(/^new web-1-1-0-/));
  it('moves nothing where a higher one waits', () => expect(tell('1.1.0', [update('1.2.0')])).toContain('1.1.0 is lower than 1.2.0, which ImageUpdate web-1.2.0 is about to bring'));
});

describe('records', () => {
  const ended = (tag: string, hours: number): ImageUpdate => update(tag, 0, { phase: 'Applied', endedAt: at(hours * 3600) });
  it('are kept for a day, whatever the limit', () => {
    const updates = [ended('a', 0), ended('b', 1), ended('c', 30), update('d')];
    expect(outdatedUpdates(updates, policy({ historyLimit: 1 }), START + 31 * 3_600_000).map(({ spec }) => spec.tag)).toEqual(['a', 'b']);
    expect(outdatedUpdates(updates, policy({ historyLimit: 1 }), START + 24 * 3_600_000)).toEqual([]);
  });
  it('name the release that came of them', () => {
    const release = (name: string, images: string, seconds: number, workloadName = 'web'): Release => ({ metadata: { name, namespace: 'default', creationTimestamp: at(seconds) }, spec: { policy: 'web', workload: { kind: 'Deployment', name: workloadName }, canary: { images, replicaSet: 'web-1', hash: '1' } } }) as unknown as Release;
    const releases = [release('web-1', 'shop/web:a', -60), release('web-2', 'shop/web:b, envoy:1', 1), release('web-3', 'shop/web:b', 60), release('x-1', 'shop/web:b', 0, 'x')];
    expect(releaseOf(ended('b', 0), policy(), releases, START)).toBe('web-2');
    expect(releaseOf(ended('a', 0), policy(), releases, START)).toBeUndefined();
    expect(releaseOf(update('b'), policy(), releases, START)).toBeUndefined();
  });
});
