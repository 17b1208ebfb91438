import { describe, expect, test } from 'vitest';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { ExperimentStep } from '../kinds/canary-steps.js';
import type { Rollout } from '../kinds/rollout.js';
import { checkExperiment } from '../checks/experiment.js';
import { experimentOf } from './experiment-of.js';
import { podTemplate } from './testing/world.js';

const rollout: Rollout = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'web', namespace: 'shop', uid: 'uid-web', labels: { team: 'red', 'argo-rollouts.argoproj.io/controller-instance-id': 'one' } },
  spec: { progressDeadlineSeconds: 300 },
};

function version(hash: string, image: string): ReplicaSet {
  const labels = { app: 'web', 'rollouts-pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `web-${hash}`, namespace: 'shop', labels },
    spec: { replicas: 3, minReadySeconds: 5, selector: { matchLabels: labels }, template: { ...podTemplate(image), metadata: { name: '', labels } } },
  };
}

const versions = { stable: version('aaa', 'web:1'), canary: version('bbb', 'web:2'), revision: 2, existing: [] };
const step: ExperimentStep = { templates: [{ name: 'baseline', specRef: 'stable' }, { name: 'canary', specRef: 'canary', replicas: 2, weight: 5 }], duration: '1h' };

const made = (given: ExperimentStep = step, more: Partial<Parameters<typeof experimentOf>[3]> = {}) => {
  const answer = experimentOf(rollout, 3, given, { ...versions, ...more });
  if ('problems' in answer) throw new Error(answer.problems.join());
  return answer;
};

describe('the Experiment of a step', () => {
  test('is named after Rollout, hash, revision and step, and belongs to the Rollout', () => {
    const { experiment, isNew } = made();
    expect(isNew).toBe(true);
    expect(experiment.metadata).toEqual({
      name: 'web-bbb-2-3',
      namespace: 'shop',
      labels: { team: 'red', 'argo-rollouts.argoproj.io/controller-instance-id': 'one', 'rollouts-pod-template-hash': 'bbb' },
      annotations: { 'rollout.argoproj.io/revision': '2' },
      ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid: 'uid-web', controller: true, blockOwnerDeletion: true }],
    });
    expect(experiment.spec).toMatchObject({ duration: '1h', progressDeadlineSeconds: 300 });
  });

  test('runs the Pods of the versions, with a Service where there is a weight', () => {
    const [baseline, canary] = made().experiment.spec.templates;
    expect(baseline).toEqual({ name: 'baseline', minReadySeconds: 5, selector: versions.stable.spec.selector, template: versions.stable.spec.template });
    expect(canary).toEqual({ name: 'canary', replicas: 2, minReadySeconds: 5, selector: versions.canary.spec.selector, template: versions.canary.spec.template, service: {} });
  });

  test('puts labels on Pods and into the selector, and changes no version', () => {
    const { experiment } = made({ ...step, templates: [{ name: 'a', specRef: 'stable', metadata: { labels: { role: 'try' }, annotations: { note: 'x' } }, service: { name: 'mine' } }] });
    const [first] = experiment.spec.templates;
    expect(first?.selector.matchLabels).toMatchObject({ app: 'web', role: 'try' });
    expect(first?.template.metadata).toMatchObject({ labels: { app: 'web', role: 'try' }, annotations: { note: 'x' } });
    expect(first?.service).toEqual({ name: 'mine' });
    expect(versions.stable.spec.selector.matchLabels).not.toHaveProperty('role');
  });

  test('gives values to the arguments of its analyses', () => {
    const { experiment } = made({ ...step, analyses: [{ name: 'rate', templateName: 'rates', requiredForCompletion: true, args: [{ name: 'a', value: 'x' }, { name: 'b', valueFrom: { podTemplateHashValue: 'Stable' } }, { name: 'c', valueFrom: { podTemplateHashValue: 'Latest' } }, { name: 'd', valueFrom: { fieldRef: { fieldPath: "metadata.labels['team']" } } }] }] });
    expect(experiment.spec.analyses).toEqual([{ name: 'rate', templateName: 'rates', requiredForCompletion: true, args: [{ name: 'a', value: 'x' }, { name: 'b', value: 'aaa' }, { name: 'c', value: 'bbb' }, { name: 'd', value: 'red' }] }]);
    expect(experimentOf(rollout, 3, { ...step, analyses: [{ name: 'rate', templateName: 'rates', args: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'spec.replicas' } } }] }] }, versions)).toEqual({ problems: ['analysis rate: argument a is to be read from spec.replicas, where there is no single value. Correct the path.'] });
  });

  test('that is under way is not made again; a name that is taken gets a number', () => {
    const { experiment } = made();
    expect(made(step, { existing: [experiment] })).toEqual({ experiment, isNew: false });
    const ended = { ...experiment, status: { phase: 'Failed' as const } };
    expect(made(step, { existing: [ended] }).experiment.metadata.name).toBe('web-bbb-2-3-1');
    const foreign = { ...ended, metadata: { name: 'web-bbb-2-3-1', namespace: 'shop' } };
    expect(made(step, { existing: [ended, foreign] }).experiment.metadata.name).toBe('web-bbb-2-3-2');
    expect(made({ ...step, duration: '2h' }, { existing: [experiment] }).experiment.metadata.name).toBe('web-bbb-2-3-1');
    expect(made(step, { existing: [{ ...experiment, spec: { ...experiment.spec, terminate: true } }] }).experiment.metadata.name).toBe('web-bbb-2-3-1');
  });

  test('passes its own check', () => {
    expect(checkExperiment(made().experiment)).toEqual([]);
  });
});
