import type { RoutingProblem } from '../router.js';
import { titleOf, type VirtualService } from './objects.js';

/** On a VirtualService: the namespaces, separated by commas, whose releases may change it; `*` for all. */
const CONSENT_ANNOTATION = 'serin.dev/allow-release-from';

/** That a VirtualService of another namespace does not allow a release of this one to change it. */
export function consentProblem(object: VirtualService, releaseNamespace: string): RoutingProblem | undefined {
  if ((object.metadata.namespace ?? releaseNamespace) === releaseNamespace) return undefined;
  const allowed = (object.metadata.annotations?.[CONSENT_ANNOTATION] ?? '').split(',').map((each) => each.trim());
  if (allowed.includes(releaseNamespace) || allowed.includes('*')) return undefined;
  return {
    place: `${titleOf(object.metadata.name, object.metadata.namespace, releaseNamespace)}, metadata.annotations`,
    problem: `does not let releases of namespace ${releaseNamespace} change it`,
    remedy: `whoever owns it may allow that by the annotation ${CONSENT_ANNOTATION}: ${releaseNamespace}`,
  };
}
