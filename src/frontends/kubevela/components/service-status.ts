import type { Application } from '../application.js';
import type { ServiceStatus } from '../status.js';
import { driftOf } from './drift.js';
import { isReleased, type ComponentFacts } from './facts.js';
import type { Wish } from './goals.js';
import { readinessOf, type Readiness } from './readiness.js';
import { lostRelease, standsAt } from './releasing.js';

/** How one component is. @param wish what the run asks of it; undefined before it does */
export function serviceStatus(app: Application, facts: ComponentFacts, wish: Wish | undefined): ServiceStatus {
  const { namespace } = app.metadata;
  const { ready, message } = wish === undefined ? { ready: false, message: 'Not applied by this run yet.' } : health(facts, wish);
  return {
    name: facts.component.name,
    ...(namespace === undefined ? {} : { namespace }),
    cluster: 'local',
    workloadDefinition: { apiVersion: 'apps/v1', kind: 'Deployment' },
    healthy: ready,
    message,
    traits: (facts.component.traits ?? []).map(({ type }) => ({ type, healthy: type === 'rollout' ? ready : wish !== undefined, ...(type === 'rollout' ? { message } : {}) })),
  };
}

function health(facts: ComponentFacts, wish: Wish): Readiness {
  const { component: { name }, deployments, revision, stable, moving } = facts;
  if (!isReleased(facts)) return readinessOf(deployments.get(name), { revision: revision.name });
  const { targetSize } = facts.rendered.rollout;
  const runs = stable ?? revision.name;
  if (moving === undefined) {
    const { ready, message } = readinessOf(deployments.get(runs), { revision: runs, size: targetSize });
    const lost = wish.goal && lostRelease(facts, wish.goal);
    return { ready: ready && !lost, message: [message, driftOf(facts)].filter((each) => each !== undefined).join(' ') };
  }
  const { canary, stable: old } = moving.spec;
  const count = (each: string): number => deployments.get(each)?.status?.readyReplicas ?? 0;
  const stands = wish.goal !== undefined && moving.spec.canary.replicaSet === wish.goal.want && standsAt(moving, wish.goal);
  // What the release says of its pause is how to pass it by hand, which would leave the workflow behind.
  const says = stands ? 'The workflow says when it goes on.' : (moving.status?.message ?? '');
  return { ready: stands, message: `${canary.replicaSet} ${count(canary.replicaSet)}, ${old.replicaSet} ${count(old.replicaSet)} of ${targetSize} Pods. ${says}`.trim() };
}
