import { expect, it } from 'vitest';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import type { ImageUpdate, ImageUpdateStatus } from '../../model/images/image-update.js';
import { newsOfImage } from './image-news.js';

const update = (status: ImageUpdateStatus): ImageUpdate => ({
  apiVersion: 'serin.dev/v1alpha1', kind: 'ImageUpdate', metadata: { name: 'web-1-2', namespace: 'shop', uid: 'u1', creationTimestamp: '2026-01-01T00:00:00Z' }, status,
  spec: { policy: 'web', image: 'registry.test/web', tag: '1.2', from: 'registry.test/web:1.1', source: 'native', receivedAt: '2026-01-01T00:00:00Z' },
});
const policy: ImagePolicy = { apiVersion: 'serin.dev/v1alpha1', kind: 'ImagePolicy', metadata: { name: 'web', namespace: 'shop' }, spec: { workload: { deployment: 'web' }, tags: { semver: '*' }, approval: { count: 2, groups: ['sre'] } } };

it('is asked of those whom the policy names, and settled by what became of it', () => {
  expect(newsOfImage(update({ phase: 'WaitingForApproval' }), policy)).toMatchObject({
    news: [{ event: 'imageWaits', key: 'u1/imageWaits', policy: 'web', asks: { wanted: 2, groups: ['sre'] }, says: [{ en: 'Image policy web would release registry.test/web:1.2 in place of registry.test/web:1.1.' }] }], settled: [],
  });
  const says = (status: ImageUpdateStatus): string | undefined => newsOfImage(update(status), undefined).settled[0]?.says[0]?.en;
  expect(says({ phase: 'Applied', approvedBy: ['jane', 'joe'] })).toBe('Approved by jane, joe.');
  expect(says({ phase: 'Rejected', rejectedBy: 'joe' })).toBe('Rejected by joe.');
  expect(says({ phase: 'Superseded' })).toBe('No answer is needed any more (Superseded).');
  expect(newsOfImage(update({ phase: 'Pending' }), policy)).toEqual({ news: [], settled: [] });
});
