import { describe, expect, test } from 'vitest';
import { advanceExperiment } from './advance.js';
import { analysisTemplate, ExperimentWorld, podTemplate, START, template } from './testing/world.js';

const names = (objects: readonly { metadata: { name: string } }[]): string[] => objects.map(({ metadata }) => metadata.name);
const sizes = (world: ExperimentWorld): Record<string, number> => Object.fromEntries(world.replicaSets.map(({ metadata, spec }) => [metadata.name, spec.replicas ?? 1]));
const states = (world: ExperimentWorld): Record<string, string | undefined> => Object.fromEntries((world.experiment.status?.templateStatuses ?? []).map(({ name, status }) => [name, status]));
const phase = (world: ExperimentWorld): string | undefined => world.experiment.status?.phase;
const reasons = (world: ExperimentWorld): string[] => world.events.map(({ reason }) => reason);

/** An Experiment whose Pods are all available. */
function running(...args: ConstructorParameters<typeof ExperimentWorld>): ExperimentWorld {
  const world = new ExperimentWorld(...args);
  world.settle();
  world.runPods();
  world.settle();
  return world;
}

describe('an Experiment', () => {
  test('runs its templates side by side for its time, and clears away', () => {
    const world = new ExperimentWorld({ duration: '5m', templates: [template('baseline', { replicas: 2 }), template('canary')] });
    world.settle();
    expect(sizes(world)).toEqual({ 'try-baseline': 2, 'try-canary': 1 });
    expect([phase(world), states(world)]).toEqual(['Pending', { baseline: 'Progressing', canary: 'Progressing' }]);
    world.after(7).runPods();
    world.settle();
    expect([phase(world), states(world), world.experiment.status?.availableAt]).toEqual(['Running', { baseline: 'Running', canary: 'Running' }, '2026-01-01T00:00:07Z']);
    expect(world.settle().lookAgainAt).toBe(START + 307_000);
    world.after(300);
    world.settle();
    expect([phase(world), states(world)]).toEqual(['Successful', { baseline: 'Successful', canary: 'Successful' }]);
    // Pods stay for thirty seconds.
    expect(sizes(world)).toEqual({ 'try-baseline': 2, 'try-canary': 1 });
    expect(world.replicaSet('try-canary').metadata.annotations?.['scale-down-deadline']).toBe('2026-01-01T00:05:37Z');
    expect(world.settle().lookAgainAt).toBe(START + 337_000);
    world.after(30);
    world.settle();
    expect(sizes(world)).toEqual({ 'try-baseline': 0, 'try-canary': 0 });
    world.runPods();
    expect(world.settle().lookAgainAt).toBeUndefined();
    expect(reasons(world).filter((reason) => reason.startsWith('Experiment'))).toEqual(['ExperimentPending', 'ExperimentRunning', 'ExperimentSuccessful']);
    expect(world.experiment.status?.conditions).toMatchObject([{ type: 'Progressing', status: 'False', reason: 'ExperimentCompleted' }]);
  });

  test('tells Pods apart by hashes of their own', () => {
    const same = podTemplate('web:1');
    const world = new ExperimentWorld({ templates: [template('a', { template: same }), template('b', { template: same })] });
    world.settle();
    const hashes = world.replicaSets.map(({ metadata }) => metadata.labels?.['rollouts-pod-template-hash']);
    expect(new Set(hashes).size).toBe(2);
    for (const [index, { spec, metadata }] of world.replicaSets.entries()) {
      expect(spec.selector.matchLabels).toEqual({ app: 'web', 'rollouts-pod-template-hash': hashes[index] });
      expect(spec.template?.metadata?.labels).toEqual({ app: 'web', 'rollouts-pod-template-hash': hashes[index] });
      expect(metadata.annotations).toEqual({ 'experiment.argoproj.io/name': 'try', 'experiment.argoproj.io/template-name': index === 0 ? 'a' : 'b' });
    }
  });

  test('does not take the hash of the version that its Pods are made from', () => {
    const first = new ExperimentWorld({ templates: [template('a')] });
    first.settle();
    const taken = first.replicaSet('try-a').metadata.labels?.['rollouts-pod-template-hash'] ?? '';
    const marked = { ...podTemplate('web:a'), metadata: { name: '', labels: { app: 'web', 'rollouts-pod-template-hash': taken } } };
    const world = new ExperimentWorld({ templates: [template('a', { template: marked })] });
    world.settle();
    expect(world.replicaSet('try-a').metadata.labels?.['rollouts-pod-template-hash']).not.toBe(taken);
  });

  test('makes the Services that are asked for, and takes them away after the Pods', () => {
    const world = new ExperimentWorld({ duration: '1m', scaleDownDelaySeconds: 0, templates: [template('a', { service: {} }), template('b', { service: { name: 'mine' } })] });
    world.settle();
    expect(names(world.services)).toEqual(['try-a', 'mine']);
    expect(world.services[0]?.spec).toEqual({ selector: world.replicaSet('try-a').metadata.labels, ports: [{ port: 8080, targetPort: 8080, protocol: 'TCP' }] });
    expect(world.experiment.status?.templateStatuses).toMatchObject([{ serviceName: 'try-a', podTemplateHash: world.replicaSet('try-a').metadata.labels?.['rollouts-pod-template-hash'] }, { serviceName: 'mine' }]);
    world.runPods();
    world.settle();
    world.after(61);
    world.settle();
    expect(sizes(world)).toEqual({ 'try-a': 0, 'try-b': 0 });
    expect(names(world.services)).toEqual(['try-a', 'mine']);
    world.runPods();
    world.settle();
    expect(world.services).toEqual([]);
    expect(world.experiment.status?.templateStatuses?.some(({ serviceName }) => serviceName !== undefined)).toBe(false);
  });

  test('names the ports of a Service that has several', () => {
    const several = { ...podTemplate('web:1'), spec: { containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: 80 }, { containerPort: 80 }, { containerPort: 90, name: 'admin' }] }] } };
    const world = new ExperimentWorld({ templates: [template('a', { template: several, service: {} })] });
    world.settle();
    expect(world.services[0]?.spec?.ports).toEqual([{ port: 80, targetPort: 80, protocol: 'TCP', name: 'tcp-80' }, { port: 90, targetPort: 90, protocol: 'TCP', name: 'admin' }]);
  });

  test('fails when Pods make no progress for too long', () => {
    const world = new ExperimentWorld({ progressDeadlineSeconds: 60 });
    world.settle();
    world.runPods(['try-canary']);
    const { lookAgainAt } = world.settle();
    expect(lookAgainAt).toBe(START + 60_000);
    world.after(60);
    world.settle();
    expect(phase(world)).toBe('Failed');
    expect(world.experiment.status?.message).toBe("Template 'canary' exceeded its progressDeadlineSeconds (60)");
    expect(states(world)).toEqual({ baseline: 'Successful', canary: 'Failed' });
    world.after(30);
    world.settle();
    expect(sizes(world)).toEqual({ 'try-baseline': 0, 'try-canary': 0 });
  });

  test('ends when it is told to', () => {
    const world = running({ analyses: [{ name: 'rate', templateName: 'rates' }] });
    world.experiment.spec.terminate = true;
    world.settle();
    expect(phase(world)).toBe('Successful');
    expect(world.analysisRuns[0]?.spec.terminate).toBe(true);
    world.finishRun('try-rate', 'Successful', 'Run Terminated');
    world.settle();
    expect(world.experiment.status?.analysisRuns).toEqual([{ name: 'rate', analysisRun: 'try-rate', phase: 'Successful', message: 'Run Terminated' }]);
  });

  test('that is told to end before it began makes nothing', () => {
    const world = new ExperimentWorld({ terminate: true });
    world.settle();
    expect([phase(world), world.replicaSets]).toEqual(['Successful', []]);
  });

  test('keeps to the number of Pods that it is told', () => {
    const world = running();
    world.experiment.spec.templates = [template('baseline', { replicas: 3 }), template('canary')];
    world.settle();
    expect(sizes(world)).toEqual({ 'try-baseline': 3, 'try-canary': 1 });
    expect(reasons(world)).toContain('ScalingReplicaSet');
    world.experiment.spec.templates = [template('canary')];
    world.settle();
    expect(sizes(world)).toEqual({ 'try-baseline': 0, 'try-canary': 1 });
  });

  test('whose spec makes no sense touches nothing and says everything', () => {
    const world = running();
    const before = world.replicaSets.length;
    world.experiment.spec.templates = [template('a', { selector: {} }), template('a', { minReadySeconds: 700 })];
    world.settle();
    const [, condition] = world.experiment.status?.conditions ?? [];
    expect(condition).toMatchObject({ type: 'InvalidSpec', status: 'True' });
    for (const part of ['templates[0].selector', 'a stands there twice', '700 is above progressDeadlineSeconds']) expect(condition?.message).toContain(part);
    expect(world.replicaSets).toHaveLength(before);
    expect(reasons(world).filter((reason) => reason === 'InvalidSpec')).toHaveLength(1);
    world.experiment.spec.templates = [template('baseline'), template('canary')];
    world.settle();
    expect(world.experiment.status?.conditions).toMatchObject([{ type: 'Progressing' }]);
  });

  test('says what is in its way', () => {
    const world = new ExperimentWorld({ templates: [template('a', { service: {} }), template('b')] });
    world.services.push({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'try-a', namespace: 'shop' }, spec: {} });
    world.refusals.set('ReplicaSet/try-b', 'exceeded quota');
    world.settle();
    expect(phase(world)).toBe('Error');
    expect(world.experiment.status?.templateStatuses).toMatchObject([
      { name: 'a', status: 'Error', message: "Failed to create Service try-a for template 'a': Service try-a is there already and is not this template's" },
      { name: 'b', status: 'Error', message: "Failed to create ReplicaSet for template 'b': exceeded quota" },
    ]);
    world.after(31);
    world.settle();
    expect(sizes(world)).toEqual({ 'try-a': 0 });
    expect(names(world.services)).toEqual(['try-a']);
  });

  test('is left alone beside another controller', () => {
    const world = running();
    world.experiment.spec.terminate = true;
    const decision = advanceExperiment(world.experiment, { ...world.observe(), otherController: 'argo-rollouts is at work' }, world.now);
    expect(decision).toEqual({ status: world.experiment.status, create: [], sizes: [], annotate: [], remove: [], events: [], lookAgainAt: undefined });
  });
});

describe('the analyses of an Experiment', () => {
  test('begin when all Pods have been available, and know of them', () => {
    const world = new ExperimentWorld({ duration: '10m', analyses: [{ name: 'rate', templateName: 'rates', args: [{ name: 'hash', value: '{{templates.canary.podTemplateHash}}' }, { name: 'set', value: '{{ templates.canary.replicaset.name }}' }, { name: 'end', value: '{{experiment.availableAt}}/{{experiment.finishedAt}}' }] }] });
    world.templates = [analysisTemplate('rates', { args: [{ name: 'hash' }, { name: 'set' }, { name: 'end' }] })];
    world.settle();
    expect(world.analysisRuns).toEqual([]);
    world.runPods();
    world.settle();
    expect(world.analysisRuns).toMatchObject([
      {
        metadata: { name: 'try-rate', namespace: 'shop', ownerReferences: [{ uid: 'uid-try', controller: true }] },
        spec: { args: [{ name: 'hash', value: world.replicaSet('try-canary').metadata.labels?.['rollouts-pod-template-hash'] }, { name: 'set', value: 'try-canary' }, { name: 'end', value: '2026-01-01T00:00:00Z/2026-01-01T00:10:00Z' }] },
      },
    ]);
    expect(world.experiment.status?.analysisRuns).toEqual([{ name: 'rate', analysisRun: 'try-rate', phase: 'Pending' }]);
  });

  test.each([['Failed'], ['Error'], ['Inconclusive']] as const)('end it as they end: %s', (end) => {
    const world = running({ duration: '10m', analyses: [{ name: 'rate', templateName: 'rates' }, { name: 'more', templateName: 'rates' }] });
    world.finishRun('try-rate', end, 'it says so');
    world.settle();
    expect([phase(world), world.experiment.status?.message]).toEqual([end, 'it says so']);
    expect(world.analysisRuns.map(({ spec }) => spec.terminate)).toEqual([undefined, true]);
    expect(world.events).toContainEqual({ reason: `AnalysisRun${end}`, text: `AnalysisRun 'rate' transitioned from Pending -> ${end}: it says so`, type: 'Warning' });
    world.after(30);
    world.settle();
    expect(sizes(world)).toEqual({ 'try-baseline': 0, 'try-canary': 0 });
  });

  test('that succeed do not end it', () => {
    const world = running({ duration: '10m', analyses: [{ name: 'rate', templateName: 'rates' }] });
    world.finishRun('try-rate', 'Successful');
    world.settle();
    expect(phase(world)).toBe('Running');
  });

  test('end it early where they are all that it is for', () => {
    const world = running({ duration: '10m', analyses: [{ name: 'rate', templateName: 'rates', requiredForCompletion: true }, { name: 'other', templateName: 'rates' }] });
    world.finishRun('try-other', 'Running');
    world.finishRun('try-rate', 'Successful');
    world.settle();
    expect([phase(world), world.experiment.status?.message]).toEqual(['Successful', 'Required AnalysisRuns completed']);
    expect(world.analysisRuns[1]?.spec.terminate).toBe(true);
  });

  test('that it is for are waited for when its time is over, with Pods to measure', () => {
    const world = running({ duration: '1m', analyses: [{ name: 'rate', templateName: 'rates', requiredForCompletion: true }] });
    world.finishRun('try-rate', 'Running');
    world.after(600);
    world.settle();
    expect([phase(world), sizes(world)]).toEqual(['Running', { 'try-baseline': 1, 'try-canary': 1 }]);
    expect(world.replicaSet('try-canary').metadata.annotations).not.toHaveProperty('scale-down-deadline');
    world.finishRun('try-rate', 'Failed', 'rate');
    world.settle();
    expect(phase(world)).toBe('Failed');
  });

  test('that are ended by a person with it end it', () => {
    const world = running({ analyses: [{ name: 'rate', templateName: 'rates', requiredForCompletion: true }] });
    world.experiment.spec.terminate = true;
    world.settle();
    expect(phase(world)).toBe('Running');
    world.finishRun('try-rate', 'Successful');
    world.settle();
    expect(phase(world)).toBe('Successful');
  });

  test('that cannot be made end it before it has begun', () => {
    const world = new ExperimentWorld({ analyses: [{ name: 'rate', templateName: 'ratez' }] });
    world.settle();
    expect([phase(world), world.replicaSets]).toEqual(['Error', []]);
    expect(world.experiment.status?.message).toContain('there is no AnalysisTemplate ratez in namespace shop');
  });

  test('ask for nothing that there is not', () => {
    const world = running({ analyses: [{ name: 'rate', templateName: 'rates', args: [{ name: 'x', value: '{{templates.other.podTemplateHash}}' }] }] });
    expect([phase(world), world.experiment.status?.message]).toEqual(['Error', "Failed to create AnalysisRun for analysis 'rate': argument x: there is no {{templates.other.podTemplateHash}}"]);
  });

  test('that somebody deleted are an error', () => {
    const world = running({ analyses: [{ name: 'rate', templateName: 'rates' }] });
    world.finishRun('try-rate', 'Running');
    world.settle();
    world.analysisRuns = [];
    world.settle();
    expect([phase(world), world.experiment.status?.message]).toEqual(['Error', 'AnalysisRun try-rate is gone.']);
  });

  test('take another name where theirs is taken', () => {
    const world = new ExperimentWorld({ analyses: [{ name: 'rate', templateName: 'rates' }] });
    world.analysisRuns.push({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name: 'try-rate', namespace: 'shop' }, spec: { metrics: [] } });
    world.settle();
    world.runPods();
    world.settle();
    expect(names(world.analysisRuns)).toEqual(['try-rate', 'try-rate.1']);
  });
});
