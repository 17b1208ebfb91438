import { Type, type Static } from 'typebox';
import { AnyObject } from '../../../schema/typebox.js';
import { Text, TextMap, Texts, Whole } from './fields.js';

const virtualService = Type.Object(
  {
    name: Type.String({ description: 'The VirtualService; NAME.NAMESPACE for another namespace.' }),
    routes: Texts('Names of http routes.'),
    tlsRoutes: Type.Optional(Type.Array(Type.Object({ port: Type.Optional(Type.Integer()), sniHosts: Texts('Host names.') }), { description: 'Its tls routes.' })),
    tcpRoutes: Type.Optional(Type.Array(Type.Object({ port: Type.Optional(Type.Integer()) }), { description: 'Its tcp routes.' })),
  },
  { description: 'A VirtualService.' },
);
export type IstioVirtualService = Static<typeof virtualService>;

const istio = Type.Object(
  {
    virtualService: Type.Optional(virtualService),
    virtualServices: Type.Optional(Type.Array(virtualService, { description: 'Several VirtualServices.' })),
    destinationRule: Type.Optional(
      Type.Object({
        name: Type.String({ description: 'The DestinationRule.' }),
        canarySubsetName: Type.String({ description: 'The subset of the canary.' }),
        stableSubsetName: Type.String({ description: 'The subset of the stable version.' }),
        additionalSubsetNames: Texts('Subsets that are left alone.'),
      }, { description: 'Split by subsets of one host.' }),
    ),
  },
  { description: 'Istio.' },
);
export type IstioRouting = Static<typeof istio>;

const nginx = Type.Object(
  {
    stableIngress: Text('The Ingress that leads to the stable Service.'),
    stableIngresses: Texts('Several of them.'),
    annotationPrefix: Text('nginx.ingress.kubernetes.io when absent.'),
    additionalIngressAnnotations: TextMap('Annotations of the canary Ingress, with the prefix put before them.'),
    canaryIngressAnnotations: TextMap('Annotations of the canary Ingress as they are.'),
  },
  { description: 'ingress-nginx.' },
);

/** What Serin steers, in whole; and what it does not, so that it can be refused by name instead of being dropped. */
export const TrafficRoutingSchema = Type.Object(
  {
    istio: Type.Optional(istio),
    nginx: Type.Optional(nginx),
    managedRoutes: Type.Optional(Type.Array(Type.Object({ name: Type.String({ description: 'The route.' }) }), { description: 'Routes that steps make, in order of precedence.' })),
    maxTrafficWeight: Whole('What all weights sum to; 100 when absent.'),
    plugins: Type.Optional(AnyObject({ description: 'argoproj-labs/gatewayAPI.' })),
    alb: Type.Optional(AnyObject({ description: 'Not served.' })),
    ambassador: Type.Optional(AnyObject({ description: 'Not served.' })),
    apisix: Type.Optional(AnyObject({ description: 'Not served.' })),
    appMesh: Type.Optional(AnyObject({ description: 'Not served.' })),
    smi: Type.Optional(AnyObject({ description: 'Not served.' })),
    traefik: Type.Optional(AnyObject({ description: 'Not served.' })),
  },
  { description: 'How traffic is steered; by Pod count when absent.' },
);
export type TrafficRouting = Static<typeof TrafficRoutingSchema>;

/** The plugin whose routes Serin steers itself. */
export const GATEWAY_API_PLUGIN = 'argoproj-labs/gatewayAPI';
