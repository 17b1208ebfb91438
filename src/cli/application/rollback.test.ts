import { describe, expect, it } from 'vitest';
import type { Application, ApplicationRevision, ApplicationSpec } from '../../frontends/kubevela/application.js';
import type { WorkflowStatus } from '../../frontends/kubevela/status.js';
import { planApplicationRollback, rollbackPatch } from './rollback.js';

const spec = (image: string): ApplicationSpec => ({ components: [{ name: 'web', type: 'webservice', properties: { image } }] });
const app = (asks: string, workflow: WorkflowStatus | undefined, annotations?: Record<string, string>): Application => ({
  ...{ apiVersion: 'core.oam.dev/v1beta1', kind: 'Application', spec: spec(asks) },
  metadata: { name: 'web', resourceVersion: '7', ...(annotations === undefined ? {} : { annotations }) },
  ...(workflow === undefined ? {} : { status: { workflow } }),
});
const revision = (number: number, image: string, succeeded: boolean, annotations?: Record<string, string>): ApplicationRevision => ({
  ...{ apiVersion: 'core.oam.dev/v1beta1', kind: 'ApplicationRevision', status: { succeeded } },
  metadata: { name: `web-v${number}`, ...(annotations === undefined ? {} : { annotations }) },
  spec: { application: { spec: spec(image) } },
});
const revisions = [revision(1, 'a', true), revision(10, 'd', false), revision(2, 'b', true), revision(9, 'c', true)];
const suspended: WorkflowStatus = { suspend: true };

describe('a rollback of an Application', () => {
  it('goes to the newest revision before its own that has finished', () => {
    expect(planApplicationRollback(app('d', suspended), revisions)).toMatchObject({ outcome: 'write', revision: 'web-v9', spec: spec('c') });
    expect(planApplicationRollback(app('d', { terminated: true }), revisions)).toMatchObject({ revision: 'web-v9' });
    expect(planApplicationRollback(app('not on record yet', suspended), revisions)).toMatchObject({ revision: 'web-v9' });
  });

  it('goes further back the next time, and never forward', () => {
    const done: WorkflowStatus = { finished: true, status: 'succeeded' };
    expect(planApplicationRollback(app('c', done), revisions)).toMatchObject({ revision: 'web-v2' });
    expect(planApplicationRollback(app('b', done), revisions)).toMatchObject({ revision: 'web-v1' });
    expect(planApplicationRollback(app('a', done), revisions)).toMatchObject({ outcome: 'refused', why: expect.stringContaining('no revision of Application web before web-v1 has finished') });
  });

  it('passes over revisions that only have another workflow', () => {
    const otherWorkflow = revision(3, 'b', true);
    if (otherWorkflow.spec?.application?.spec) otherWorkflow.spec.application.spec.workflow = { steps: [{ name: 'rollback', type: 'canary-rollback' }] };
    const present = { ...app('b', suspended), spec: otherWorkflow.spec?.application?.spec ?? spec('') };
    expect(planApplicationRollback(present, [revision(1, 'a', true), revision(2, 'b', true), otherWorkflow])).toMatchObject({ revision: 'web-v1' });
  });

  it('is refused while a run executes, and where there is nothing to go back to', () => {
    expect(planApplicationRollback(app('d', { suspend: false }), revisions)).toMatchObject({ outcome: 'refused', why: expect.stringContaining('a run of Application web is executing. Suspend it first') });
    expect(planApplicationRollback(app('d', suspended), [revision(1, 'd', false)])).toMatchObject({ outcome: 'refused', why: expect.stringContaining('there is none to go back to') });
    expect(planApplicationRollback(app('d', suspended), [revision(1, 'c', false), revision(2, 'd', false)])).toMatchObject({ outcome: 'refused' });
  });

  it('writes the spec, guarded, and the name of the run that goes with it', () => {
    const found = app('d', suspended, { 'app.oam.dev/publishVersion': 'two', other: 'x' });
    const plan = planApplicationRollback(found, [revision(1, 'a', true, { 'app.oam.dev/publishVersion': 'one' })]);
    if (plan.outcome !== 'write') throw new Error(plan.why);
    expect(rollbackPatch(found, plan)).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'add', path: '/metadata/annotations', value: { other: 'x', 'app.oam.dev/publishVersion': 'one' } },
      { op: 'replace', path: '/spec', value: spec('a') },
    ]);
    const plain = planApplicationRollback(app('d', suspended), revisions);
    if (plain.outcome !== 'write') throw new Error(plain.why);
    expect(rollbackPatch(app('d', suspended), plain)).toHaveLength(2);
  });
});
