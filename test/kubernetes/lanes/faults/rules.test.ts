import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../../src/kubernetes/objects.js';
import type { PlanStep } from '../../../../src/model/plan.js';
import { deployment, service, virtualService } from '../../../driver/program.js';
import type { Recorded, Recorder } from '../../lab/recorder.js';
import { Decisions } from './decisions.js';
import { brokenRules } from './rules.js';
import { APPROVER } from './stories.js';

type Told = readonly [collection: string, object: object, type?: Recorded['type']];

const recorded = (told: readonly Told[]): Recorded[] =>
  told.map(([collection, object, type = 'MODIFIED'], version) => ({ collection, type, object: object as KubernetesObject, version, at: version }));
/** The rules that a record breaks, but for those of the witness. */
const broken = (...told: readonly Told[]): string[] =>
  brokenRules({ recorder: { history: () => recorded(told) } as unknown as Recorder, namespace: 'default', keys: [], images: ['web:v1', 'web:v2'] }).filter((each) => each.startsWith('rule'));

describe('rule 8, in a record', () => {
  const route: Told[1] = { ...virtualService, spec: { ...virtualService.spec, http: [{ name: 'other', route: [{ destination: { host: 'other' } }] }, ...(virtualService.spec.http ?? [])] } };
  const changed = (object: object, metadata: object, spec: object = {}): object => {
    const { metadata: m, spec: s } = object as { metadata: object; spec: object };
    return { ...object, metadata: { ...m, ...metadata }, spec: { ...s, ...spec } };
  };
  const routes = 'networking.istio.io/virtualservices';

  it('is kept where only what Serin claims changes, and is put back', () => {
    const label = { labels: { 'serin.dev/policy': 'web' } };
    const steered = changed(route, { annotations: { 'serin.dev/epoch': '3' } }, { http: [{ name: 'other', route: [{ destination: { host: 'other' } }] }, { name: 'primary', route: [{ destination: { host: 'web', subset: 'a' } }] }] });
    expect(broken([routes, route], [routes, steered], [routes, route], ['/services', service], ['apps/deployments', deployment('web:v1')], ['apps/deployments', changed(deployment('web:v2'), label, { paused: true })], ['apps/deployments', changed(deployment('web:v2'), label)])).toEqual([]);
  });

  it.each<[string, Told[]]>([
    ['a route of somebody else is changed', [[routes, route], [routes, changed(route, {}, { http: virtualService.spec.http })], [routes, route]]],
    ['an annotation of Serin stays', [[routes, route], [routes, changed(route, { annotations: { 'serin.dev/epoch': '3' } })]]],
    ['a field of the Deployment is changed', [['apps/deployments', deployment('web:v1')], ['apps/deployments', changed(deployment('web:v1'), {}, { minReadySeconds: 5 })]]],
    ['an image comes that nobody asked for', [['apps/deployments', deployment('web:v1')], ['apps/deployments', deployment('web:v3')]]],
    ['another program is un-paused', [['apps/deployments', changed(deployment('other:v1'), { name: 'other' }, { paused: true })], ['apps/deployments', changed(deployment('other:v1'), { name: 'other' })]]],
    ['a Service of the user is deleted', [['/services', service], ['/services', service, 'DELETED']]],
    ['a Service stays pinned', [['/services', service], ['/services', changed(service, {}, { selector: { app: 'web', 'pod-template-hash': 'a' } })]]],
  ])('is broken where %s', (_, told) => expect(broken(...told)).toContainEqual(expect.stringMatching(/^rule 8: /)));
});

describe('rule 9, in a record', () => {
  const steps: PlanStep[] = [{ kind: 'weight', share: 250 }, { kind: 'approve', approvals: 1, users: [APPROVER] }, { kind: 'promote' }];
  const release = (index: number, phase = 'Progressing'): Told => ['serin.dev/releases', { kind: 'Release', metadata: { name: 'web-1', uid: 'u' }, spec: { plan: { steps } }, status: { phase, message: 'x', step: { index } } }];
  const approval = (user: string, change: object = {}): Told => ['serin.dev/approvals', { kind: 'Approval', metadata: { name: 'a' }, spec: { release: 'web-1', releaseUid: 'u', step: 2, approved: true, user, ...change } }, 'ADDED'];

  it('is kept where the one who may approved before', () => expect(broken(release(0), release(1), approval(APPROVER), release(2), release(2, 'Completed'))).toEqual([]));

  it.each<[string, Told[]]>([
    ['nobody approved', [release(1), release(2)]],
    ['it was completed without', [release(0), release(1, 'Completed')]],
    ['somebody else approved', [release(1), approval('mallory'), release(2)]],
    ['the approval came later', [release(1), release(2), approval(APPROVER)]],
    ['it was a refusal', [release(1), approval(APPROVER, { approved: false }), release(2)]],
    ['it was for another release', [release(1), approval(APPROVER, { releaseUid: 'earlier' }), release(2)]],
    ['it was for another step', [release(1), approval(APPROVER, { step: 1 }), release(2)]],
  ])('is broken where %s', (_, told) => expect(broken(...told)).toContainEqual(expect.stringMatching(/^rule 9: /)));
});

describe('rule 9, in a record of an analysis that asks when it is undecided', () => {
  const steps: PlanStep[] = [{ kind: 'weight', share: 250 }, { kind: 'analyze', undecided: 'ask' }, { kind: 'promote' }];
  const analysis = { falseAlarm: 0.01, missed: 0.05, undecided: { milliseconds: 1000, then: 'promote', minimumRequests: 0 }, metrics: [{ name: 'errors', errorRate: {} }] };
  const release = (index: number, ...codes: string[]): Told => ['serin.dev/releases', { kind: 'Release', metadata: { name: 'web-1', uid: 'u' }, spec: { plan: { steps, analysis } }, status: { phase: 'Progressing', message: 'x', step: { index }, log: codes.map((code, at) => ({ number: at + 1, code, arguments: {} })) } }];
  const approval = (change: object = {}): Told => ['serin.dev/approvals', { kind: 'Approval', metadata: { name: 'a' }, spec: { release: 'web-1', releaseUid: 'u', step: 2, approved: true, user: 'anybody', ...change } }, 'ADDED'];

  it('is kept where its metrics passed, or somebody approved', () => {
    expect(broken(release(0), release(1, 'StepStarted'), release(2, 'StepStarted', 'AnalysisPassed'), release(2, 'AnalysisPassed'))).toEqual([]);
    expect(broken(release(1, 'StepStarted'), approval(), release(2, 'StepStarted', 'Approved'))).toEqual([]);
  });

  it.each<[string, Told[]]>([
    ['it went on undecided', [release(1, 'StepStarted'), release(2, 'StepStarted', 'AnalysisUndecided')]],
    ['somebody refused', [release(1, 'StepStarted'), approval({ approved: false }), release(2, 'StepStarted')]],
    ['an analysis before it had passed', [release(0), release(1, 'AnalysisPassed'), release(2, 'AnalysisPassed', 'StepStarted')]],
  ])('is broken where %s', (_, told) => expect(broken(...told)).toContainEqual(expect.stringMatching(/^rule 9: /)));
});

describe('rule 10, from one time to the next', () => {
  const play = (...codes: string[]): Recorded[] =>
    recorded([['serin.dev/releases', { spec: { stable: {}, canary: {}, plan: { steps: [] } }, status: { log: codes.map((code, index) => ({ number: index + 1, code, arguments: {} })) } }]]);

  it('is kept where the same is decided, and broken where not', () => {
    const decisions = new Decisions();
    expect(decisions.differences('rolling', play('ReleaseStarted', 'Completed'))).toEqual([]);
    expect(decisions.differences('rolling', play('ReleaseStarted', 'Completed'))).toEqual([]);
    expect(decisions.differences('another', play('ReleaseStarted', 'Aborted'))).toEqual([]);
    expect(decisions.differences('rolling', play('ReleaseStarted', 'Aborted'))).toHaveLength(1);
    expect(decisions.differences('rolling', [...play('ReleaseStarted', 'Aborted'), ...play('ReleaseStarted', 'Completed')])).toHaveLength(1);
  });
});
