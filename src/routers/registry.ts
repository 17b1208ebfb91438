import type { PolicySpec } from '../model/release-policy.js';
import { istioRouter } from './istio/router.js';
import type { Router } from './router.js';
import { serviceRouter } from './service/router.js';

/** All routers, by the name of their field in a policy. */
export const routers = { istio: istioRouter, service: serviceRouter } as const;

export type RouterName = keyof typeof routers;

/** A router together with the configuration that a policy has for it. */
export interface ConfiguredRouter {
  readonly name: RouterName;
  readonly router: Router;
  readonly config: unknown;
}

/** The router that a policy chooses. @throws Error when it chooses none, which its schema forbids */
export function configuredRouter(spec: PolicySpec['router']): ConfiguredRouter {
  if (spec.istio) return { name: 'istio', router: withConfig(istioRouter), config: spec.istio };
  if (spec.service) return { name: 'service', router: withConfig(serviceRouter), config: spec.service };
  throw new Error('router: choose exactly one of istio, service');
}

/** A router whose configuration is no longer known by type; it is paired with its own above and nowhere else. */
function withConfig<Config>(router: Router<Config>): Router {
  return router as Router;
}
