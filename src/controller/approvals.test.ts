import { expect, it } from 'vitest';
import type { Approval } from '../model/approval.js';
import { approvalBinding, approvalPolicy } from '../model/approval-admission.js';
import { releaseWith } from '../engine/testing/arbitraries.js';
import { observeApprovals } from './approvals.js';

type Known = Parameters<typeof observeApprovals>[1];

const release = releaseWith([{ kind: 'promote' }]);
const approval = (name: string, spec: Partial<Approval['spec']> = {}, created = '2026-01-01T00:00:00Z'): Approval => ({
  apiVersion: 'serin.dev/v1alpha1', kind: 'Approval', metadata: { name, namespace: 'default', creationTimestamp: created },
  spec: { release: 'web-1', releaseUid: 'web-1-uid', step: 2, approved: true, user: name, ...spec },
});

const at = <T extends { metadata: object }>(object: T, creationTimestamp: string): T => ({ ...object, metadata: { ...object.metadata, creationTimestamp } });

const caches = (approvals: readonly Approval[], policy = true, actions: readonly string[] | undefined = ['Deny'], since = '2025-12-31T23:59:59Z'): Known => ({
  approvals: { list: () => [...approvals] },
  approvalPolicy: { get: () => (policy ? at(approvalPolicy, '2025-01-01T00:00:00Z') : undefined) },
  approvalBinding: { get: () => (actions && at({ ...approvalBinding, spec: { ...approvalBinding.spec, validationActions: [...actions] } }, since)) },
}) as unknown as Known;

it('are those of this release and its uid, from first to last, with steps counted from 0', () => {
  const observed = observeApprovals(release, caches([
    approval('late', { groups: ['owners'], comment: 'fine' }, '2026-01-01T00:00:09Z'), approval('b', { approved: false }), approval('a'),
    approval('other', { release: 'web-2' }), approval('earlier-life', { releaseUid: 'another' }),
  ]));
  expect(observed).toEqual([
    { user: 'a', groups: [], step: 1, approved: true, comment: '', at: Date.parse('2026-01-01T00:00:00Z') },
    { user: 'b', groups: [], step: 1, approved: false, comment: '', at: Date.parse('2026-01-01T00:00:00Z') },
    { user: 'late', groups: ['owners'], step: 1, approved: true, comment: 'fine', at: Date.parse('2026-01-01T00:00:09Z') },
  ]);
});

it('are none where the API server does not vouch for who said it', () => {
  expect(observeApprovals(release, caches([approval('a')], false))).toEqual([]);
  expect(observeApprovals(release, caches([approval('a')], true, ['Audit']))).toEqual([]);
  expect(observeApprovals(release, caches([approval('a')], true, []))).toEqual([]);
});

it('are none from before the API server vouched for them: anybody could have spoken for anybody', () => {
  const observed = observeApprovals(release, caches([approval('forged'), approval('same-second', {}, '2026-01-01T00:00:05Z'), approval('late', {}, '2026-01-01T00:00:06Z')], true, ['Deny'], '2026-01-01T00:00:05Z'));
  expect(observed.map(({ user }) => user)).toEqual(['late']);
});
