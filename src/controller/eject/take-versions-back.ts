import { resources } from '../../kubernetes/resources.js';
import type { Release, ReleaseStatus } from '../../model/release.js';
import { SIZE_ANNOTATION } from '../../model/resources.js';
import { withoutAnnotation, write } from './actions.js';
import { leadToStable, putRoutesBack } from './routes.js';
import { emptyOut, fillUp, isRunning } from './sizes.js';
import type { EjectAction, EjectView, Held } from './view.js';

/**
 * The same for versions that users run: nobody lends what runs them, so they only get their sizes back. What the record
 * does not say that the release sizes is left as it is.
 */
export function takeVersionsBack(view: EjectView, release: Release, { intent }: ReleaseStatus): EjectAction | undefined {
  const { spec } = release;
  const find = (name: string): Held | undefined => view.versions.find(({ object }) => object.metadata.name === name);
  const stable = find(spec.stable.replicaSet);
  // With stable deleted there is nothing to go back to, and the canary is all that users have.
  if (!stable) return putRoutesBack(view, release, 'canary') ?? removeMark(view);
  const present = stable.object.spec.replicas ?? 1;
  const sized = intent.holders.stable === 'release' && intent.sizes.stable !== undefined;
  const full = fillUp(stable, sized ? (spec.workload.replicas ?? present) : present);
  const canary = intent.holders.canary === 'release' ? find(spec.canary.replicaSet) : undefined;
  const off = (): EjectAction | undefined => (canary && isRunning(canary) ? leadToStable(view, release) : undefined);
  return full ?? off() ?? (canary && emptyOut(canary, view, spec.plan.drainMilliseconds)) ?? putRoutesBack(view, release, 'stable') ?? removeMark(view);
}

/** Takes what releases left with a size off the Deployments. */
function removeMark({ versions }: EjectView): EjectAction | undefined {
  const marked = versions.find(({ object }) => object.kind === 'Deployment' && object.metadata.annotations?.[SIZE_ANNOTATION] !== undefined);
  return marked && write(`Deployment ${marked.object.metadata.name} loses the release's mark`, withoutAnnotation(resources.deployments, marked.object, SIZE_ANNOTATION));
}
