import type { RouterConfigs, RouterName } from '../model/policy/routers.js';
import { routerNames } from '../model/policy/routers.js';
import { gatewayApiRouter } from './gateway-api/router.js';
import { ingressNginxRouter } from './ingress-nginx/router.js';
import { istioRouter } from './istio/router.js';
import { noneRouter } from './none/router.js';
import type { Router } from './router.js';
import { serviceRouter } from './service/router.js';
import { severalRouters } from './several/router.js';
import { twoServicesRouter } from './two-services/router.js';

/** All routers, by the name of their field in a policy. */
export const routers: Readonly<Partial<Record<RouterName, Router>>> = {
  istio: withConfig(istioRouter),
  gatewayApi: withConfig(gatewayApiRouter),
  ingressNginx: withConfig(ingressNginxRouter),
  service: withConfig(serviceRouter),
  twoServices: withConfig(twoServicesRouter),
};

/** A router together with the configuration that a policy has for it. */
export interface ConfiguredRouter {
  readonly name: RouterName | 'none';
  readonly router: Router;
  readonly config: unknown;
}

/** The router that a policy chooses; several at once act as one; without any, Pods alone decide. */
export function configuredRouter(configs: RouterConfigs | undefined): ConfiguredRouter {
  const chosen = configuredRouters(configs);
  const [only, second] = chosen;
  if (!only) return { name: 'none', router: noneRouter, config: undefined };
  return second ? { name: only.name, ...severalRouters(chosen) } : only;
}

/** Every router that a policy chooses, in the order in which they are written. */
export function configuredRouters(configs: RouterConfigs = {}): ConfiguredRouter[] {
  return routerNames.flatMap((name) => {
    const [router, config] = [routers[name], configs[name]];
    return config === undefined || !router ? [] : [{ name, router, config }];
  });
}

/** A router whose configuration is no longer known by type; it is paired with its own above and nowhere else. */
function withConfig<Config>(router: Router<Config>): Router {
  return router as Router;
}
