import type { Role, VersionTarget } from '../../model/version.js';
import type { RouterContext } from '../router.js';

/** The Services that routes name for the two versions. */
export interface Backends {
  /** Whether users run each version with a Service of its own: then none is pinned and none is made. */
  readonly own: boolean;
  readonly service: Readonly<Record<Role, string>>;
}

type Context = Pick<RouterContext, 'service' | 'canaryService'> & { readonly versions?: Partial<Record<Role, Pick<VersionTarget, 'service'>>> };

/**
 * Which Service leads to which version: those of the versions where both have one; otherwise the Service that clients use,
 * pinned to stable, and the one for the canary alone.
 */
export function backendsOf({ service, canaryService, versions }: Context): Backends {
  const [stable, canary] = [versions?.stable?.service, versions?.canary?.service];
  if (stable !== undefined && canary !== undefined) return { own: true, service: { stable, canary } };
  return { own: false, service: { stable: service, canary: canaryService } };
}

/** Name of the Service that leads to the canary alone for previews, where routes need one that carries no shares. */
export function previewServiceName({ service, canaryService, policy }: Pick<RouterContext, 'service' | 'canaryService' | 'policy'>): string {
  const base = [canaryService, service, policy.replaceAll('.', '-')].find((name) => name !== '') ?? policy;
  return `${base.slice(0, 63 - PREVIEW_ENDING.length).replace(/-+$/, '')}${PREVIEW_ENDING}`;
}

const PREVIEW_ENDING = '-preview';
