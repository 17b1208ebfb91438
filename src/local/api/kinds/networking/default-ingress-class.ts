import type { Ingress } from '../../../../kubernetes/generated/networking-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import type { KindContext } from '../kind.js';

const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
const OLD_CLASS = 'kubernetes.io/ingress.class';

/** Gives a new Ingress that names no class the default one: of several the newest. */
export function useDefaultClass({ metadata, spec }: Ingress, { list }: KindContext): void {
  if (spec === undefined || spec.ingressClassName !== undefined || metadata.annotations?.[OLD_CLASS] !== undefined) return;
  const [newest] = list(resources.ingressClasses)
    .filter((each) => each.metadata.annotations?.[IS_DEFAULT] === 'true')
    .sort((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') || a.metadata.name.localeCompare(b.metadata.name));
  if (newest !== undefined) spec.ingressClassName = newest.metadata.name;
}
