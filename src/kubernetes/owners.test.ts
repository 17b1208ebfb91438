import { expect, test } from 'vitest';
import { type ConditionLike, isConditionTrue, withCondition } from './conditions.js';
import type { KubernetesObject } from './objects.js';
import { controllerOf, controllerReference, isControlledBy, isOwnedBy, ownerReference, withoutOwner, withOwner } from './owners.js';
import { alreadyExistsStatus, conflictStatus, invalidStatus, notFoundStatus } from './status.js';
import { invalidField, requiredField } from './field-errors.js';

const release: KubernetesObject = { apiVersion: 'serin.dev/v1alpha1', kind: 'Release', metadata: { name: 'r', uid: 'u1' } };
const deployment: KubernetesObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', uid: 'u2' } };

test('one controller and a plain owner', () => {
  const ownerReferences = withOwner(withOwner(undefined, ownerReference(deployment)), controllerReference(release));
  const replicaSet = { metadata: { name: 'rs', ownerReferences } };
  expect(controllerOf(replicaSet)?.name).toBe('r');
  expect(isControlledBy(replicaSet, release)).toBe(true);
  expect(isControlledBy(replicaSet, deployment)).toBe(false);
  expect(isOwnedBy(replicaSet, deployment)).toBe(true);
  expect(withOwner(ownerReferences, controllerReference(deployment)).map(({ uid, controller }) => [uid, controller])).toEqual([['u2', true], ['u1', true]]);
  expect(withoutOwner(ownerReferences, 'u1')).toEqual([ownerReference(deployment)]);
});

test('what was never created cannot be an owner', () => {
  expect(() => ownerReference({ ...release, metadata: { name: 'r' } })).toThrow('before the server has created it');
});

test('conditions move their time only with their status', () => {
  const first = withCondition<ConditionLike>(undefined, { type: 'Ready', status: 'False', reason: 'A' }, 't1');
  const second = withCondition(first, { type: 'Ready', status: 'False', reason: 'B' }, 't2');
  const third = withCondition(second, { type: 'Ready', status: 'True', reason: 'B' }, 't3');
  expect([first, second, third].map(([each]) => each?.lastTransitionTime)).toEqual(['t1', 't1', 't3']);
  expect(withCondition(third, { type: 'Ready', status: 'True', reason: 'B' }, 't4')).toBe(third);
  expect(isConditionTrue(third, 'Ready')).toBe(true);
});

test('answers are worded as a real server words them', () => {
  const configMaps = { group: '', plural: 'configmaps', kind: 'ConfigMap' };
  const deployments = { group: 'apps', plural: 'deployments', kind: 'Deployment' };
  expect(notFoundStatus(deployments, 'none')).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'deployments.apps "none" not found',
    reason: 'NotFound',
    details: { name: 'none', group: 'apps', kind: 'deployments' },
    code: 404,
  });
  expect(alreadyExistsStatus(configMaps, 'f', 'object is being deleted: ').message).toBe('object is being deleted: configmaps "f" already exists');
  expect(conflictStatus(configMaps, 'c').message).toBe('Operation cannot be fulfilled on configmaps "c": the object has been modified; please apply your changes to the latest version and try again');
  expect(invalidStatus(deployments, 'd', [invalidField('spec.replicas', -1, 'must be greater than or equal to 0')])).toMatchObject({
    message: 'Deployment.apps "d" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    details: { name: 'd', group: 'apps', kind: 'Deployment', causes: [{ reason: 'FieldValueInvalid', message: 'Invalid value: -1: must be greater than or equal to 0', field: 'spec.replicas' }] },
  });
  expect(invalidStatus(configMaps, 'c', [requiredField('a'), requiredField('b')]).message).toBe('ConfigMap "c" is invalid: [a: Required value, b: Required value]');
});
