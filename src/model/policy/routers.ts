import { Type, type Static } from 'typebox';
import { StringEnum } from '../../schema/typebox.js';
import { Name } from './fields.js';
import { TwoServicesRouterSchema } from './two-services.js';

const settleSeconds = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 600, description: 'How long the product is given to take over a change where objects carry no status.' }),
);

const PortNumber = (description: string) => Type.Integer({ minimum: 1, maximum: 65_535, description });

const IstioRouterSchema = Type.Object(
  {
    virtualServices: Type.Optional(
      Type.Array(
        Type.Object({
          name: Name('The VirtualService.'),
          namespace: Type.Optional(Name('Its namespace; the one of the policy when absent. Another one must allow it by the annotation serin.dev/allow-release-from.')),
          routes: Type.Optional(Type.Array(Name('Name of an http route.'), { maxItems: 64, description: 'Only these http routes; all that lead to the Service when absent.' })),
          tls: Type.Optional(
            Type.Array(
              Type.Object({
                port: Type.Optional(PortNumber('Only routes that match this port.')),
                sniHosts: Type.Optional(Type.Array(Name('A host name.'), { minItems: 1, maxItems: 16, description: 'Only routes that match all of these host names.' })),
              }),
              { minItems: 1, maxItems: 16, description: 'Also these tls routes to the Service; {} takes all of them. Their connections are split, not their requests.' },
            ),
          ),
          tcp: Type.Optional(
            Type.Array(Type.Object({ port: Type.Optional(PortNumber('Only routes that match this port.')) }), {
              minItems: 1,
              maxItems: 16,
              description: 'Also these tcp routes to the Service; {} takes all of them. Their connections are split.',
            }),
          ),
        }),
        { maxItems: 32, description: 'Which VirtualServices steer the traffic; all that lead to the Service when absent.' },
      ),
    ),
    settleSeconds,
  },
  { description: 'Split by VirtualService and DestinationRule.' },
);

const IngressNginxRouterSchema = Type.Object(
  {
    ingresses: Type.Optional(Type.Array(Name('An Ingress.'), { minItems: 1, maxItems: 32, description: 'Which Ingresses steer the traffic; all that lead to the Service when absent.' })),
    annotationPrefix: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'Prefix of the controller’s annotations when it is not nginx.ingress.kubernetes.io.' })),
    settleSeconds,
  },
  { description: 'Split by a canary Ingress of ingress-nginx.' },
);

const GatewayApiRouterSchema = Type.Object(
  {
    routes: Type.Optional(
      Type.Array(
        Type.Object({
          kind: Type.Optional(StringEnum(['HTTPRoute', 'GRPCRoute'] as const, { description: 'HTTPRoute when absent.' })),
          name: Name('The route.'),
          namespace: Type.Optional(Name('Its namespace; the one of the policy when absent. Another one must allow it by a ReferenceGrant.')),
        }),
        { minItems: 1, maxItems: 32, description: 'Which routes steer the traffic; all of the namespace that lead to the Service when absent.' },
      ),
    ),
    settleSeconds,
  },
  { description: 'Split by HTTPRoutes and GRPCRoutes of the Gateway API.' },
);

const ServiceRouterSchema = Type.Object(
  { approximate: Type.Optional(Type.Boolean({ description: 'Take the nearest share that Pod counts can show instead of refusing.' })) },
  { description: 'Split by the number of ready Pods behind the Service.' },
);

/** Names of routers in a policy, in the order in which several are written. */
export const routerNames = ['istio', 'gatewayApi', 'ingressNginx', 'service', 'twoServices'] as const;
export type RouterName = (typeof routerNames)[number];

export const RouterSchema = Type.Object(
  {
    istio: Type.Optional(IstioRouterSchema),
    gatewayApi: Type.Optional(GatewayApiRouterSchema),
    ingressNginx: Type.Optional(IngressNginxRouterSchema),
    service: Type.Optional(ServiceRouterSchema),
    twoServices: Type.Optional(TwoServicesRouterSchema),
  },
  {
    description: 'How traffic is steered; several products at once get the same split.',
    'x-kubernetes-validations': [
      { rule: 'has(self.istio) || has(self.gatewayApi) || has(self.ingressNginx) || has(self.service) || has(self.twoServices)', message: 'choose a router: istio, gatewayApi, ingressNginx, service or twoServices' },
      { rule: '!has(self.service) || !(has(self.istio) || has(self.gatewayApi) || has(self.ingressNginx))', message: 'service counts Pods and cannot stand beside a router that splits requests' },
      { rule: '!has(self.twoServices) || !(has(self.istio) || has(self.gatewayApi) || has(self.ingressNginx) || has(self.service))', message: 'twoServices names what it steers itself and stands alone' },
    ],
  },
);
export type RouterConfigs = Static<typeof RouterSchema>;
export type IstioConfig = Static<typeof IstioRouterSchema>;
export type IngressNginxConfig = Static<typeof IngressNginxRouterSchema>;
export type GatewayApiConfig = Static<typeof GatewayApiRouterSchema>;
export type { TwoServicesConfig } from './two-services.js';
export type ServiceConfig = Static<typeof ServiceRouterSchema>;
