import { describe, expect, it } from 'vitest';
import { checkPolicy } from '../../controller/policy-checks.js';
import { formatPath } from '../../model/policy-problem.js';
import { validatePolicy } from '../../model/policy-validation.js';
import type { Application } from './application.js';
import { applicationPolicies } from './convert.js';
import { changed, componentOf, exampleApplication } from './testing/applications.js';

const second = exampleApplication('rollout-v2');
const converted = (app: Application) => {
  const result = applicationPolicies(app);
  for (const policy of result.policies) {
    expect(validatePolicy(policy)).toEqual([]);
    expect(checkPolicy(policy, { deployment: 'unknown', policies: [] }).filter(({ severity = 'error' }) => severity === 'error')).toEqual([]);
  }
  return { ...result, notes: result.notes.map(({ path, note }) => `${formatPath(path)}: ${note}`) };
};

describe('applicationPolicies', () => {
  it('makes batches with shares and pauses of a workflow', () => {
    const { policies, problems } = converted(second);
    expect(problems).toEqual([]);
    expect(policies).toEqual([{
      apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'reviews', namespace: 'default' },
      spec: {
        workload: { deployment: 'reviews' }, service: 'reviews', router: { istio: {} },
        strategy: { rolling: { batches: [{ pods: 1, weight: 10, pause: {} }, { pods: 2, weight: 100 }] } },
      },
    }]);
  });

  it('takes the batches of the trait where there is no workflow, and waits where the trait stops', () => {
    expect(converted(exampleApplication('first-deploy')).policies[0]?.spec.strategy).toEqual({ rolling: { batches: [{ pods: 2 }] } });
    const stopped = changed(second, (copy) => {
      delete copy.spec.workflow;
      Object.assign(componentOf(copy, 'reviews').traits?.[1]?.properties ?? {}, { batchPartition: 0 });
    });
    expect(converted(stopped).policies[0]?.spec.strategy).toEqual({ rolling: { batches: [{ pods: 1, pause: {} }, { pods: 2 }] } });
  });

  it('goes on by itself after a suspension with a duration, and waits where the workflow ends early', () => {
    const timed = changed(second, ({ spec }) => void Object.assign(spec.workflow?.steps?.[1] ?? {}, { properties: { duration: '5m' } }));
    expect(converted(timed).policies[0]?.spec.strategy.rolling?.batches[0]).toEqual({ pods: 1, weight: 10, pause: { for: '5m' } });
    const early = changed(second, ({ spec }) => void spec.workflow?.steps?.splice(1));
    expect(converted(early).policies[0]?.spec.strategy.rolling?.batches).toEqual([{ pods: 1, weight: 10, pause: {} }, { pods: 2, weight: 100 }]);
  });

  it('notes each thing that has no equal, where it stands', () => {
    const app = changed(second, (copy) => {
      componentOf(copy, 'ratings').traits?.push({ type: 'scaler', properties: { replicas: 2 } });
      copy.spec.policies = [{ type: 'topology' }];
      copy.spec.workflow?.steps?.push({ name: 'tell', type: 'webhook', if: 'always', timeout: '1m', properties: { url: { value: 'http://x' } } }, { name: 'ask', type: 'request' });
    });
    const { notes, problems, policies } = converted(app);
    expect(problems).toEqual([]);
    expect(policies).toHaveLength(1);
    expect(notes.map((note) => note.split(': ')[0])).toEqual([
      'spec.components[2].traits[1]', 'spec.policies[0]', 'spec.workflow.steps[4]',
      'spec.components[0]', 'spec.components[0].traits[0]', 'spec.components[1]', 'spec.components[2]', 'spec.components[3]',
      'spec.workflow.steps[3]', 'spec.workflow.steps[3].if', 'spec.workflow.steps[3].timeout',
    ]);
    expect(notes).toContain('spec.components[0]: A policy releases a Deployment that you keep: write down one of the name reviews with 2 replicas, and the Service reviews, which selects its Pods.');
  });

  it('makes nothing of an Application that is wrong in itself', () => {
    const wrong = changed(second, (copy) => void Object.assign(componentOf(copy, 'reviews').traits?.[1]?.properties ?? {}, { targetSize: 3 }));
    expect(applicationPolicies(wrong)).toMatchObject({ policies: [], problems: [{ path: ['spec', 'components', 0, 'traits', 1, 'properties', 'rolloutBatches'] }] });
  });

  it('says so where nothing is released', () => {
    const none = changed(exampleApplication('first-deploy'), (copy) => void (componentOf(copy, 'reviews').traits = []));
    expect(converted(none).notes[0]).toBe('spec.components: No component has the trait rollout, so there is nothing to release.');
  });
});
