import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { LabelSelector } from '../kubernetes/generated/meta-v1.js';
import { matchesLabelSelector } from '../kubernetes/selectors.js';
import { changedLabels, isSetApart, labelsApart, labelsAtHome, missingIn } from './set-apart.js';

const pods = { 'app': 'web', 'tier': 'front', 'pod-template-hash': '5d4' };
const replicaSet = (labels: Record<string, string>): ReplicaSet =>
  ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web-5d4', labels }, spec: { selector: {}, template: { metadata: { name: '', labels: pods }, spec: { containers: [] } } } });

describe('a borrowed ReplicaSet is set apart from its Deployment', () => {
  const selectors: LabelSelector[] = [
    { matchLabels: { app: 'web' } },
    { matchLabels: { tier: 'front', app: 'web' } },
    { matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }] },
    { matchExpressions: [{ key: 'canary', operator: 'DoesNotExist' }, { key: 'app', operator: 'Exists' }] },
  ];

  it.each(selectors.map((selector) => ({ selector })))('$selector does not match it, and does again when it is home', ({ selector }) => {
    const own = { ...pods, 'team.example.com/own': 'kept' };
    const apart = changedLabels(own, labelsApart(selector, 'shop'));
    expect([matchesLabelSelector(selector, own), matchesLabelSelector(selector, apart)]).toEqual([true, false]);
    expect(apart).toMatchObject({ 'pod-template-hash': '5d4', 'serin.dev/borrowed-for': 'shop' });
    expect([isSetApart(replicaSet(own)), isSetApart(replicaSet(apart))]).toEqual([false, true]);
    expect(changedLabels(apart, labelsAtHome(replicaSet(apart)))).toEqual(own);
  });

  it('stays as it is under a selector that asks for no label to be there', () => {
    expect(labelsApart({ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['other'] }] }, 'shop')).toEqual({});
  });

  it('nothing is changed at one that was never lent, nor twice at one that is', () => {
    expect(labelsAtHome(replicaSet({ app: 'else' }))).toEqual({});
    const changes = labelsApart({ matchLabels: { app: 'web' } }, 'shop');
    expect(missingIn(changedLabels(pods, changes), changes)).toEqual({});
    expect(missingIn(pods, changes)).toEqual(changes);
  });
});
