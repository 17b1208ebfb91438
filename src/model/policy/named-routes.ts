import type { RouterConfigs } from './routers.js';

/** An object by its name, and its namespace where that is said. */
export interface NamedRoute {
  readonly name: string;
  readonly namespace?: string;
}

/** The VirtualServices that a policy names to be steered. */
export const namedVirtualServices = ({ istio, twoServices }: RouterConfigs = {}): readonly NamedRoute[] => [...(istio?.virtualServices ?? []), ...(twoServices?.virtualServices ?? [])];

/** The HTTPRoutes and GRPCRoutes that a policy names to be steered. */
export const namedGatewayRoutes = ({ gatewayApi, twoServices }: RouterConfigs = {}): readonly NamedRoute[] => [...(gatewayApi?.routes ?? []), ...(twoServices?.routes ?? [])];
