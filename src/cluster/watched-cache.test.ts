import { beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { Change } from './informer.js';
import { compareVersions } from './versions.js';
import { WatchedCache } from './watched-cache.js';

let cache: WatchedCache<KubernetesObject>;
let told: string[];

const object = (version: string | number, uid = 'u1', labels: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { name: 'a', namespace: 'n', uid, resourceVersion: String(version), labels },
});
const tell = ({ type, object: { metadata } }: Change<KubernetesObject>): void => void told.push(`${type} ${metadata.uid}@${metadata.resourceVersion}`);
const now = (): string | undefined => cache.objects.get('n/a')?.metadata.resourceVersion;
const event = (type: 'ADDED' | 'MODIFIED' | 'DELETED', version: string | number, uid?: string): void => cache.apply({ type, object: object(version, uid) });
const listed = (version: string | number, ...items: KubernetesObject[]): void => cache.replace(cache.beginList(), items, String(version));

beforeEach(() => {
  told = [];
  cache = new WatchedCache(({ metadata }) => metadata.labels?.['hidden'] === undefined, tell);
});

describe('versions', () => {
  it('compare as whole numbers beyond 2^53, else only by identity', () => {
    expect(compareVersions('9', '10')).toBe('older');
    expect(compareVersions('9007199254740993', '9007199254740992')).toBe('newer');
    expect(compareVersions('18446744073709551615', '18446744073709551616')).toBe('older');
    expect(compareVersions('abc', 'abc')).toBe('same');
    for (const other of ['abd', '', '010', '1e3', '-1']) expect(compareVersions('10', other)).toBe('unknown');
  });
});

describe('read-your-writes', () => {
  it('shows a write at once and takes it as old news from the watch', () => {
    listed(10, object(5));
    cache.remember(object(12));
    expect(now()).toBe('12');
    event('MODIFIED', 11);
    event('MODIFIED', 12);
    expect(now()).toBe('12');
    event('MODIFIED', 13);
    expect(told).toEqual(['added u1@5', 'changed u1@12', 'changed u1@13']);
  });

  it('believes the watch when a server answered a write with a version that the object never had', () => {
    // The object has the version 11, but the answer said 12, which was somebody else's write.
    listed(10);
    cache.remember(object(12));
    event('ADDED', 11);
    expect(now()).toBe('12');
    cache.apply({ type: 'BOOKMARK', resourceVersion: '12' });
    expect(now()).toBe('11');
    event('MODIFIED', 13);
    expect(told).toEqual(['added u1@12', 'changed u1@11', 'changed u1@13']);
  });

  it('believes it also when it told of the object before the answer came', () => {
    listed(10);
    event('ADDED', 11);
    cache.remember(object(12));
    event('ADDED', 14, 'u2');
    expect(told).toEqual(['added u1@11', 'changed u1@12', 'deleted u1@12', 'added u2@14']);
    listed(20, object(15));
    event('MODIFIED', 21);
    cache.remember(object(23));
    cache.apply({ type: 'ADDED', object: { ...object(24), metadata: { ...object(24).metadata, name: 'b' } } });
    expect(now()).toBe('21');
  });

  it('ignores a write that the watch has already passed, so that a ghost never rises', () => {
    listed(10, object(5));
    event('MODIFIED', 12);
    event('DELETED', 13);
    cache.remember(object(12));
    expect(now()).toBeUndefined();
    cache.apply({ type: 'BOOKMARK', resourceVersion: '20' });
    cache.remember(object(19));
    expect(now()).toBeUndefined();
    expect(told).toEqual(['added u1@5', 'changed u1@12', 'deleted u1@13']);
  });

  it('lets a list that began earlier not take a newer write back', () => {
    listed(10);
    const list = cache.beginList();
    cache.remember(object(12));
    cache.replace(list, [], '11');
    expect(now()).toBe('12');
    event('ADDED', 12);
    event('DELETED', 14);
    expect(told).toEqual(['added u1@12', 'deleted u1@14']);
  });

  it('believes a list that began earlier when its version is as new', () => {
    listed(10);
    const list = cache.beginList();
    cache.remember(object(12));
    cache.replace(list, [], '13');
    expect(now()).toBeUndefined();
  });

  it('believes a list that began later whatever its version, as after a restored backup', () => {
    listed(1000, object(900));
    cache.remember(object(1001));
    listed(50, object(40));
    expect(now()).toBe('40');
    event('MODIFIED', 51);
    expect(now()).toBe('51');
  });

  it('works before the first list', () => {
    const list = cache.beginList();
    cache.remember(object(12));
    expect(now()).toBe('12');
    cache.replace(list, [object(11)], '11');
    expect(now()).toBe('12');
  });

  it('forgets at once, and older events of the same object do not bring it back', () => {
    listed(10, object(5));
    cache.forget(object(5));
    event('MODIFIED', 11);
    expect(now()).toBeUndefined();
    event('DELETED', 12);
    event('ADDED', 13, 'u2');
    expect(told).toEqual(['added u1@5', 'deleted u1@5', 'added u2@13']);
  });

  it('does not forget a newer object of the same name', () => {
    listed(10, object(9, 'u2'));
    cache.forget(object(5, 'u1'));
    expect(now()).toBe('9');
  });

  it('keeps out an older namesake after a newer one was forgotten', () => {
    listed(10, object(5, 'u1'));
    cache.remember(object(13, 'u2'));
    cache.forget(object(13, 'u2'));
    event('MODIFIED', 11, 'u1');
    event('DELETED', 12, 'u1');
    event('ADDED', 13, 'u2');
    expect(now()).toBeUndefined();
    event('DELETED', 14, 'u2');
    event('ADDED', 15, 'u3');
    expect(told).toEqual(['added u1@5', 'deleted u1@5', 'added u2@13', 'deleted u2@13', 'added u3@15']);
  });

  it('keeps what was forgotten out of a list that began before', () => {
    listed(10, object(5));
    const list = cache.beginList();
    cache.forget(object(5));
    cache.replace(list, [object(5)], '11');
    expect(now()).toBeUndefined();
    listed(12, object(11, 'u2'));
    expect(now()).toBe('11');
  });

  it('takes out what a write hides from the selector, and what lost its last finalizer', () => {
    listed(10, object(5));
    cache.remember(object(12, 'u1', { hidden: '' }));
    event('MODIFIED', 11);
    expect(now()).toBeUndefined();
    event('DELETED', 12);
    event('ADDED', 13);
    const ended = object(14);
    cache.remember({ ...ended, metadata: { ...ended.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 } });
    expect(now()).toBeUndefined();
    expect(told).toEqual(['added u1@5', 'deleted u1@12', 'added u1@13', 'deleted u1@14']);
  });

  it('works by identity where versions have no order', () => {
    listed('x', object('a'));
    cache.remember(object('c'));
    event('MODIFIED', 'b');
    expect(now()).toBe('c');
    event('MODIFIED', 'c');
    event('MODIFIED', 'd');
    expect(now()).toBe('d');
    cache.remember(object('c'));
    expect(now()).toBe('d');
    expect(told).toEqual(['added u1@a', 'changed u1@c', 'changed u1@d']);
  });
});
