import type { Informer } from '../../cluster/informer.js';
import { FRONTEND_LABEL } from '../../frontends/frontend-label.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { FrontendLoop, FrontendParts } from '../frontend-loop.js';
import { OtherController } from '../other-controller.js';
import { createArgoCaches } from './argo-caches.js';
import { argoController } from './argo-controller.js';
import { startAnalysisRuns } from './analysis-runs/analysis-runs.js';
import { ArgoMetrics } from './metrics/argo-metrics.js';
import { startExperiments } from './experiments/experiments.js';
import { startRollouts } from './rollouts/rollouts.js';

/** Serves Argo's Rollouts, AnalysisRuns and Experiments: starts their loops over one set of caches. */
export function startArgo(parts: FrontendParts): FrontendLoop {
  const { client, clock, random, signal, writing, onError } = parts;
  const place = parts.namespace === undefined ? {} : { namespace: parts.namespace };
  const seen: Informer<KubernetesObject>[] = [];
  const argo = createArgoCaches({ client, clock, random, signal, ...place, onError: (error) => onError(error, 'watch'), watch: (informer) => void seen.push(informer as unknown as Informer<KubernetesObject>) });
  const others = new OtherController({ original: argoController, client, clock, ...place, onChange: () => lookAtEverything(), onError: (error) => onError(error, 'lease') });
  // Rollouts say who else is at work. What they began waits, as it does where another controller leads.
  const leadership = { mayWrite: () => writing.leadership.mayWrite() && !others.isHeld, epoch: () => writing.leadership.epoch() };
  // Only one of several controllers tells of objects, so that sums are right.
  const metrics = parts.registry && new ArgoMetrics(parts.registry, argo, () => leadership.mayWrite());
  const counted: FrontendParts = metrics ? { ...parts, events: metrics.counting(parts.events) } : parts;
  const guarded: FrontendParts = { ...counted, writing: { ...writing, leadership } };
  const loops = [startRollouts(counted, argo, others, { metrics }), startAnalysisRuns(guarded, argo, { metrics, others }), startExperiments(guarded, argo, { metrics, others })];
  const lookAtEverything = (): void => {
    for (const loop of loops) loop.lookAtEverything();
  };
  const watch = <T extends KubernetesObject>(informer: Informer<T>): void => {
    for (const loop of loops) loop.watch(informer);
  };
  for (const informer of seen) watch(informer);
  return {
    watch,
    async untilReady() {
      await Promise.all([argo.untilSynced(), others.untilKnown()]);
      await Promise.all(loops.map((loop) => loop.untilReady()));
    },
    missing: () => [...argo.missing, ...loops.flatMap((loop) => loop.missing())],
    queueDepth: () => loops.reduce((sum, loop) => sum + loop.queueDepth(), 0),
    leavesAlone({ metadata: { namespace = '', name, labels } }) {
      if (labels?.[FRONTEND_LABEL] !== 'argo') return false;
      const rollout = argo.rollouts.get({ namespace, name });
      return rollout ? others.about(rollout) !== undefined : others.isHeld;
    },
    lookAtEverything,
    async stop() {
      for (const loop of loops) await loop.stop();
      await others.stop();
      await argo.stop();
    },
  };
}
