import { describe, expect, it } from 'vitest';
import { firstStatus } from '../../engine/advance.js';
import { releaseWith } from '../../engine/testing/arbitraries.js';
import type { EvidenceSpec } from '../../model/evidence-record.js';
import type { Release } from '../../model/release.js';
import { evidenceObject, recordedOf } from './evidence-object.js';

const start = Date.UTC(2026, 0, 1);
const base = releaseWith([{ kind: 'promote' }]);
const release: Release = { ...base, metadata: { ...base.metadata, name: 'web-1', namespace: 'shop', uid: 'u-1' }, status: { ...firstStatus(base, start), step: { index: 3, startedAt: '' } } };
const spec: EvidenceSpec = { release: 'web-1', canary: release.spec.canary.hash, writtenAt: new Date(start + 1000).toISOString(), outcome: 'undecided', metrics: [] };

describe('the Evidence object', () => {
  it('belongs to its release without holding it up, and keeps what others wrote on it', () => {
    const known = { name: 'web-1', resourceVersion: '7', labels: { team: 'blue' }, annotations: { note: 'seen' } };
    expect(evidenceObject(release, spec, known)).toMatchObject({
      kind: 'Evidence',
      metadata: {
        name: 'web-1', namespace: 'shop', resourceVersion: '7',
        labels: { team: 'blue', 'serin.dev/policy': release.spec.policy }, annotations: { note: 'seen', 'serin.dev/step': '3' },
        ownerReferences: [{ kind: 'Release', name: 'web-1', uid: 'u-1', blockOwnerDeletion: false }],
      },
      spec,
    });
  });

  it('is read back with the step that it is about', () => {
    expect(recordedOf(evidenceObject(release, spec, undefined), release)).toEqual({ spec, step: 3 });
    const { annotations: _, ...metadata } = evidenceObject(release, spec, undefined).metadata;
    expect(recordedOf({ ...evidenceObject(release, spec, undefined), metadata }, release)?.step).toBeUndefined();
  });

  it.each([
    ['another canary', { canary: 'other' }],
    ['another release', { release: 'web-2' }],
    ['an earlier release of the same name', { writtenAt: new Date(start - 1).toISOString() }],
  ])('counts for nothing when it is of %s', (_, change) => {
    expect(recordedOf(evidenceObject(release, { ...spec, ...change }, undefined), release)).toBeUndefined();
    expect(recordedOf(undefined, release)).toBeUndefined();
  });
});
