import { describe, expect, it } from 'vitest';
import { validateKind } from '../../model/policy-validation.js';
import { checkStrategy } from '../../strategies/checks.js';
import { compilePolicy } from '../../strategies/compile.js';
import type { Application } from './application.js';
import { componentFacts, isReleased, type ReleasedComponent } from './components/facts.js';
import { ownBatches, rolloutsOf } from './components/rollouts.js';
import { policyOf } from './policy.js';
import { rolloutStepsOf } from './rollout-steps.js';
import { released, rollout } from './testing/manifests.js';

const nothing = { controllerRevisions: [], deployments: [], policies: [], releases: [] };

function web(app: Application): ReleasedComponent {
  const facts = componentFacts(app, nothing, { name: 'shop-v1', hash: 'h' }).get('web');
  if (facts === undefined || !isReleased(facts)) throw new Error('web is not released');
  return facts;
}

describe('the policy of a released component', () => {
  const app = { ...released('web:1', {}, [rollout('first', 0, { 'web-v0': 80, 'web-v1': 20 }), rollout('rest', 2, { 'web-v1': 100 })]), metadata: { name: 'shop', namespace: 'default', uid: 'u' } };

  it('releases in the steps of the workflow, passes all checks and compiles to what is asked for', () => {
    const facts = web(app);
    const policy = policyOf(app, facts.rendered, { stable: 'web-v0', want: 'web-v1' }, rolloutsOf(rolloutStepsOf(app), facts));
    expect(policy.metadata).toMatchObject({ name: 'web', namespace: 'default', labels: { 'serin.dev/frontend': 'kubevela', 'app.oam.dev/name': 'shop' }, ownerReferences: [{ uid: 'u', kind: 'Application' }] });
    expect(policy.spec.workload.versions).toEqual({ list: [{ deployment: 'web-v0', subset: 'web-v0' }, { deployment: 'web-v1', subset: 'web-v1' }], want: 'web-v1', replicas: 4, old: 'Delete' });
    expect(policy.spec).toMatchObject({ service: 'web', router: { istio: { virtualServices: [{ name: 'web' }] } } });
    expect([...validateKind('ReleasePolicy', policy), ...checkStrategy(policy.spec)]).toEqual([]);
    expect(compilePolicy(policy.spec).steps).toEqual([
      { kind: 'batch', pods: 1, share: 200 }, { kind: 'pause' }, { kind: 'batch', pods: 4, share: 1000 }, { kind: 'promote' },
    ]);
  });

  it('has as much room as its largest batch', () => {
    const facts = web(released('web:1', { size: 10, batches: [1, 2, 7] }));
    expect(policyOf(app, facts.rendered, { want: 'web-v1' }, ownBatches(facts)).spec.strategy.rolling).toEqual({ batches: [{ pods: 1 }, { pods: 3 }, { pods: 10 }], maxSurge: 7, maxUnavailable: 0 });
  });

  it('keeps the version of a release that is still under way, each once', () => {
    const policy = policyOf(app, web(app).rendered, { stable: 'web-v1', want: 'web-v3', others: ['web-v1', 'web-v2'] }, []);
    expect(policy.spec.workload.versions?.list.map(({ deployment }) => deployment)).toEqual(['web-v1', 'web-v2', 'web-v3']);
  });
});
