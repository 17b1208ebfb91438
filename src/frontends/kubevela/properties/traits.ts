import { Type, type Static } from 'typebox';
import { IntOrString, MapOf, StringEnum } from '../../../schema/typebox.js';
import { Port, protocols, serviceTypes } from './ports.js';
import { propertySchema } from './property-schema.js';

const Optional = Type.Optional;

const ExposeSchema = Type.Object({
  port: Optional(Type.Array(Port('A port.'), { description: 'Ports that the Service leads to.' })),
  ports: Optional(
    Type.Array(
      Type.Object({
        port: Port('The port, of the Service and of the Pods.'),
        name: Optional(Type.String({ minLength: 1, maxLength: 63, description: 'port- and the number when absent.' })),
        protocol: StringEnum(protocols, { default: 'TCP', description: 'TCP when absent.' }),
        nodePort: Optional(Port('The port of the nodes, with the type NodePort.')),
      }),
      { description: 'Ports that the Service leads to.' },
    ),
  ),
  annotations: Optional(MapOf(Type.String(), { description: 'Annotations of the Service.' })),
  matchLabels: Optional(MapOf(Type.String(), { description: "Labels that the Service selects by; the component's own when absent." })),
  type: StringEnum(serviceTypes, { default: 'ClusterIP', description: 'ClusterIP when absent.' }),
});
export type Expose = Static<typeof ExposeSchema>;

const IstioGatewaySchema = Type.Object({
  hosts: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Host names that are served; * for all.' }),
  gateway: Type.String({ minLength: 1, default: 'ingressgateway', description: 'The value of the label istio of the gateway Pods.' }),
  match: Type.Array(
    Type.Object({
      exact: Optional(Type.String({ minLength: 1, description: 'This path.' })),
      prefix: Optional(Type.String({ minLength: 1, description: 'Paths that begin so.' })),
    }),
    { minItems: 1, description: 'Paths that lead to the component.' },
  ),
  port: Port('The port of the component.'),
});
export type IstioGateway = Static<typeof IstioGatewaySchema>;

const RolloutSchema = Type.Object({
  targetSize: Type.Integer({ minimum: 1, description: 'How many Pods the component runs with.' }),
  rolloutBatches: Optional(
    Type.Array(
      Type.Object({
        replicas: IntOrString({ minimum: 0, pattern: '^[0-9]+%$', description: 'Pods of the batch, as a count or in per cent of targetSize.' }),
      }),
      { maxItems: 50, description: 'In which portions a new version comes; all at once when absent.' },
    ),
  ),
  batchPartition: Optional(Type.Integer({ minimum: 0, description: 'The index of the last batch that is done; all when absent.' })),
  targetRevision: Optional(Type.String({ minLength: 1, description: 'The revision that is to run; the one of this spec when absent.' })),
});
export type RolloutTrait = Static<typeof RolloutSchema>;

const CanaryTrafficSchema = Type.Object({
  // A number or a list of them; the list's items are checked beside the schema, which knows only one type a field.
  port: Type.Unsafe<number | number[]>({ 'x-kubernetes-preserve-unknown-fields': true, description: 'Ports of the component, or the one port; shares are counted on the first.' }),
});
export type CanaryTraffic = Static<typeof CanaryTrafficSchema>;

/** Properties of the traits. */
export const traitSchemas = {
  expose: propertySchema(ExposeSchema),
  'istio-gateway': propertySchema(IstioGatewaySchema),
  rollout: propertySchema(RolloutSchema),
  'canary-traffic': propertySchema(CanaryTrafficSchema),
};
export type TraitType = keyof typeof traitSchemas;

/** The ports of a canary-traffic trait. */
export const portsOf = ({ port }: CanaryTraffic): number[] => (Array.isArray(port) ? port : [port]);
