import { expect } from 'vitest';
import type { LabStage } from '../../lab/lab-stage.js';
import type { Lending } from './lending.js';

/** What the Deployment controller does with what is lent and given back, by what is counted on. */
export const facts: Readonly<Record<string, (lending: Lending, stage: LabStage) => Promise<void>>> = {
  async 'paused, a changed template rolls nothing, and scaling scales only stable'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 2);
    await lending.until('nothing rolls', { 'web:v1': [4, 4], 'web:v2': [2, 2] });
    await lending.patch({ replicas: 6 });
    await lending.until('stable is scaled', { 'web:v1': [6, 6], 'web:v2': [2, 2] });
    await lending.patch({ replicas: 0 });
    await lending.until('stable is scaled to 0', { 'web:v1': [0, 0], 'web:v2': [2, 2] });
  },
  async 'given back full and alone: no Pod restarts, the revision counts on'(lending, stage) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 4);
    await lending.until('the trial is full', { 'web:v1': [4, 4], 'web:v2': [4, 4] });
    const before = lending.pods('web:v2');
    await lending.lend('web:v1');
    await lending.size('web:v1', 0);
    await lending.until('stable is drained', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
    await lending.giveBack('web:v2');
    await stage.until('it has a revision', () => lending.revision('web:v2') !== undefined);
    await lending.giveBack('web:v1');
    await lending.patch({ paused: false });
    await stage.until('the revision counts on', () => Number(lending.revision('web:v2')) > Number(lending.revision('web:v1')));
    await lending.until('nothing moves', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
    expect(lending.pods('web:v2')).toEqual(before);
  },
  async 'given back when the Deployment owns no other, its revision starts again at 1 until the old ones are back'(lending, stage) {
    await lending.setImage('web:v2');
    await lending.until('v2 has been rolled out', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
    expect([lending.revision('web:v1'), lending.revision('web:v2')]).toEqual(['1', '2']);
    await lending.patch({ paused: true });
    await lending.setImage('web:v3');
    await lending.make('web:v3', 4);
    await lending.lend('web:v1');
    await lending.lend('web:v2');
    await lending.size('web:v2', 0);
    await lending.until('the trial runs alone', { 'web:v1': [0, 0], 'web:v2': [0, 0], 'web:v3': [4, 4] });
    await lending.giveBack('web:v3');
    const says = (revision: string): boolean => lending.revision('web:v3') === revision && lending.deployment?.metadata.annotations?.['deployment.kubernetes.io/revision'] === revision;
    await stage.until('it starts again', () => says('1'));
    await lending.giveBack('web:v2');
    await stage.until('it counts on', () => says('3'));
    await lending.giveBack('web:v1');
    await lending.until('nothing moves', { 'web:v1': [0, 0], 'web:v2': [0, 0], 'web:v3': [4, 4] });
    expect(says('3')).toBe(true);
  },
  async 'given back alone and not full, it is filled'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 2);
    await lending.lend('web:v1');
    await lending.until('the trial runs', { 'web:v1': [4, 4], 'web:v2': [2, 2] });
    await lending.giveBack('web:v2');
    await lending.until('it is filled', { 'web:v1': [4, 4], 'web:v2': [4, 4] });
    expect([lending.lost('web:v1'), lending.lost('web:v2')]).toEqual([[], []]);
  },
  async 'given back full beside an active one, that one goes to 0 in one step, which is why it never is'(lending, stage) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 4);
    await lending.until('both run', { 'web:v1': [4, 4], 'web:v2': [4, 4] });
    // What is not counted yet is not full.
    await stage.until('all are counted', () => lending.replicaSet('web:v2')?.status?.availableReplicas === 4);
    const before = lending.pods('web:v2');
    await lending.giveBack('web:v2');
    await lending.until('the old one is gone', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
    expect(lending.sizes('web:v1')).toEqual([4, 0]);
    expect(lending.pods('web:v2')).toEqual(before);
  },
  async 'given back beside an active one before it is full, both are rescaled in proportion'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 2);
    await lending.until('the trial runs', { 'web:v1': [4, 4], 'web:v2': [2, 2] });
    await lending.giveBack('web:v2');
    await lending.until('both are rescaled', { 'web:v1': [2, 2], 'web:v2': [3, 3] });
    expect([lending.lost('web:v1').length, lending.lost('web:v2').length]).toEqual([2, 0]);
  },
  async 'lent from a Deployment that is not paused, a twin takes its place'(lending) {
    const before = lending.pods('web:v1');
    const { uid } = lending.replicaSet('web:v1')?.metadata ?? {};
    await lending.lend('web:v1');
    await lending.untilTwins('web:v1', [4, 4]);
    expect(lending.pods('web:v1')).toEqual(expect.arrayContaining(before));
    expect(lending.replicaSets('web:v1').map(({ metadata }) => [metadata.uid === uid, metadata.ownerReferences?.find(({ controller }) => controller)?.kind]).sort()).toEqual([[false, 'Deployment'], [true, 'ConfigMap']]);
  },
  async 'with all lent the Deployment touches none, scaled or not'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 2);
    await lending.lend('web:v1');
    await lending.size('web:v1', 3);
    await lending.until('sizes stay', { 'web:v1': [3, 3], 'web:v2': [2, 2] });
    await lending.patch({ replicas: 8 });
    await lending.until('sizes stay when it is scaled', { 'web:v1': [3, 3], 'web:v2': [2, 2] });
    await lending.patch({ replicas: 0 });
    await lending.until('sizes stay when it is scaled to 0', { 'web:v1': [3, 3], 'web:v2': [2, 2] });
  },
  async 'scaled to 0 and up again it fills its newest, which need not be stable'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 0);
    await lending.giveBack('web:v2');
    await lending.patch({ replicas: 0 });
    await lending.until('all is at 0', { 'web:v1': [0, 0], 'web:v2': [0, 0] });
    await lending.patch({ replicas: 4 });
    await lending.until('the newest is filled', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
  },
  'its borrower deleted in the background, it goes home: no Pod is lost at once, and both are rescaled in proportion': (lending) => orphaned(lending, 'Background'),
  'its borrower deleted in the foreground, likewise': (lending) => orphaned(lending, 'Foreground'),
  'set apart by its labels, it stays as it is when its borrower is deleted in the background': (lending, stage) => apart(lending, stage, 'Background'),
  'set apart, likewise in the foreground': (lending, stage) => apart(lending, stage, 'Foreground'),
  'set apart, likewise orphaned': (lending, stage) => apart(lending, stage, 'Orphan'),
  async 'without any owner it is adopted again at once, also while paused'(lending, stage) {
    await lending.patch({ paused: true });
    await lending.setFree('web:v1');
    await stage.until('it is adopted', () => lending.isHome('web:v1'));
    await lending.until('nothing else happens', { 'web:v1': [4, 4] });
  },
  async 'un-paused in the middle it rolls to the new template'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 1);
    await lending.until('the trial runs', { 'web:v1': [4, 4], 'web:v2': [1, 1] });
    await lending.giveBack('web:v2');
    await lending.patch({ paused: false });
    await lending.until('it has rolled', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
  },
  async 'going back to an older one takes that ReplicaSet, with a new revision'(lending, stage) {
    await lending.setImage('web:v2');
    await lending.until('v2 has been rolled out', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
    const name = lending.replicaSet('web:v1')?.metadata.name;
    await lending.setImage('web:v1');
    await lending.until('v1 runs again', { 'web:v1': [4, 4], 'web:v2': [0, 0] });
    expect(lending.replicaSet('web:v1')?.metadata.name).toBe(name);
    await stage.until('it is the newest', () => lending.revision('web:v1') === '3');
  },
};

/** Beside an active stable what is lent loses its borrower. */
async function orphaned(lending: Lending, propagation: 'Background' | 'Foreground'): Promise<void> {
  await lending.patch({ paused: true });
  await lending.setImage('web:v2');
  await lending.make('web:v2', 2);
  await lending.until('both run', { 'web:v1': [4, 4], 'web:v2': [2, 2] });
  const [stable, trial] = [lending.pods('web:v1'), lending.pods('web:v2')];
  await lending.deleteBorrower(propagation);
  await lending.until('both are rescaled', { 'web:v1': [2, 2], 'web:v2': [3, 3] });
  expect(lending.isHome('web:v2')).toBe(true);
  // It is only the rescaling that takes Pods away.
  expect(lending.lost('web:v2')).toEqual([]);
  expect(lending.pods('web:v2')).toEqual(expect.arrayContaining(trial));
  expect(lending.lost('web:v1')).toHaveLength(2);
  expect(stable).toEqual(expect.arrayContaining(lending.pods('web:v1')));
}

/** Beside an active stable what is lent, and set apart, loses its borrower; with its label it is adopted again. */
async function apart(lending: Lending, stage: LabStage, propagation: 'Background' | 'Foreground' | 'Orphan'): Promise<void> {
  await lending.patch({ paused: true });
  await lending.setImage('web:v2');
  await lending.make('web:v2', 2);
  await lending.setApart('web:v2', true);
  await lending.until('both run', { 'web:v1': [4, 4], 'web:v2': [2, 2] });
  await lending.deleteBorrower(propagation);
  await stage.until('nobody controls it', () => lending.replicaSet('web:v2')?.metadata.ownerReferences?.every(({ controller }) => controller !== true) === true);
  await lending.until('nothing moves', { 'web:v1': [4, 4], 'web:v2': [2, 2] });
  expect([lending.lost('web:v1'), lending.lost('web:v2')]).toEqual([[], []]);
  await lending.size('web:v2', 0);
  await lending.setApart('web:v2', false);
  await stage.until('it is adopted', () => lending.isHome('web:v2'));
  await lending.until('stable serves alone', { 'web:v1': [4, 4], 'web:v2': [0, 0] });
  expect(lending.lost('web:v1')).toEqual([]);
}
