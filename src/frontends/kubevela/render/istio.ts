import type { DestinationRule, Gateway, VirtualService } from '../../../kubernetes/generated/istio-v1.js';
import { traitOf, type Application, type Component } from '../application.js';
import { REVISION } from '../labels.js';
import { portsOf, type CanaryTraffic, type IstioGateway } from '../properties/traits.js';
import { metadataOf, type RevisionOfApplication } from './metadata.js';

const apiVersion = 'networking.istio.io/v1';

/** The VirtualService by which the mesh reaches a component, as it is before any version has a share of its own. */
export function meshRoute(app: Application, component: Component, traffic: CanaryTraffic, of?: RevisionOfApplication): VirtualService {
  const number = portsOf(traffic)[0] ?? 0;
  return {
    apiVersion,
    kind: 'VirtualService',
    metadata: metadataOf(app, component, component.name, { trait: 'canary-traffic', resource: 'virtualService' }, of),
    spec: { hosts: [component.name], http: [{ route: [{ destination: { host: component.name, port: { number } } }] }] },
  };
}

/**
 * The name of the VirtualService behind a gateway. A component with canary-traffic has one of its name for the mesh
 * already, and both cannot be one object: Istio refuses the host `*` in the mesh.
 */
export const gatewayRouteName = (component: Component): string => (traitOf(component, 'canary-traffic') ? `${component.name}-gateway` : component.name);

/** The VirtualService by which requests at a gateway reach a component. */
export function gatewayRoute(app: Application, component: Component, gateway: IstioGateway, of?: RevisionOfApplication): VirtualService {
  return {
    apiVersion,
    kind: 'VirtualService',
    metadata: metadataOf(app, component, gatewayRouteName(component), { trait: 'istio-gateway', resource: 'virtualService' }, of),
    spec: {
      gateways: [component.name],
      hosts: [...gateway.hosts],
      http: [{ match: gateway.match.map((uri) => ({ uri })), route: [{ destination: { host: component.name, port: { number: gateway.port } } }] }],
    },
  };
}

/** The Gateway that opens port 80 for the hosts of a component. */
export function gatewayOf(app: Application, component: Component, gateway: IstioGateway, of?: RevisionOfApplication): Gateway {
  return {
    apiVersion,
    kind: 'Gateway',
    metadata: metadataOf(app, component, component.name, { trait: 'istio-gateway', resource: 'gateway' }, of),
    spec: { selector: { istio: gateway.gateway }, servers: [{ hosts: [...gateway.hosts], port: { name: 'http', number: 80, protocol: 'HTTP' } }] },
  };
}

/** The DestinationRule whose subsets are revisions of a component. */
export function destinationRuleOf(app: Application, component: Component, revisions: readonly string[], of?: RevisionOfApplication): DestinationRule {
  return {
    apiVersion,
    kind: 'DestinationRule',
    metadata: metadataOf(app, component, component.name, { trait: 'canary-traffic', resource: 'destinationRule' }, of),
    spec: { host: component.name, subsets: revisions.map((name) => ({ name, labels: { [REVISION]: name } })) },
  };
}
