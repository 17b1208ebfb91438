import { Type, type Static } from 'typebox';
import { MapOf, StringEnum } from '../../../schema/typebox.js';
import { Port, protocols, serviceTypes } from './ports.js';
import { propertySchema } from './property-schema.js';
import { VolumeMountsSchema, VolumeSchema } from './volumes.js';

const Optional = Type.Optional;
const seconds = (description: string, least: number, ordinary: number) => Type.Integer({ minimum: least, default: ordinary, description });

const ProbeSchema = Type.Object(
  {
    exec: Optional(Type.Object({ command: Type.Array(Type.String(), { minItems: 1, description: 'A command that ends with 0 where all is well.' }) })),
    httpGet: Optional(
      Type.Object({
        path: Type.String({ description: 'The path that is asked for.' }),
        port: Port('The port that is asked.'),
        host: Optional(Type.String({ description: "The host; the Pod's address when absent." })),
        scheme: Optional(StringEnum(['HTTP', 'HTTPS'] as const, { description: 'HTTP when absent.' })),
        httpHeaders: Optional(Type.Array(Type.Object({ name: Type.String(), value: Type.String() }))),
      }),
    ),
    tcpSocket: Optional(Type.Object({ port: Port('The port that must take connections.') })),
    initialDelaySeconds: seconds('Time before the first try.', 0, 0),
    periodSeconds: seconds('Time between two tries.', 1, 10),
    timeoutSeconds: seconds('How long a try may take.', 1, 1),
    successThreshold: seconds('How many tries in a row must succeed after a failure.', 1, 1),
    failureThreshold: seconds('How many tries in a row must fail.', 1, 3),
  },
  { description: 'How to tell whether the program is well: exec, httpGet or tcpSocket.' },
);
export type HealthProbe = Static<typeof ProbeSchema>;

const KeyReference = (description: string) =>
  Optional(Type.Object({ name: Type.String({ minLength: 1, description: 'The object.' }), key: Type.String({ minLength: 1, description: 'The key in it.' }) }, { description }));

const EnvSchema = Type.Object({
  name: Type.String({ minLength: 1, description: 'The variable.' }),
  value: Optional(Type.String({ description: 'Its value.' })),
  valueFrom: Optional(Type.Object({ secretKeyRef: KeyReference('A key of a Secret.'), configMapKeyRef: KeyReference('A key of a ConfigMap.') })),
});

const WebserviceSchema = Type.Object({
  image: Type.String({ minLength: 1, description: 'The image that runs.' }),
  imagePullPolicy: Optional(StringEnum(['Always', 'Never', 'IfNotPresent'] as const, { description: 'When the image is pulled.' })),
  imagePullSecrets: Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'Secrets to pull it with.' })),
  labels: Optional(MapOf(Type.String(), { description: 'Labels of the Pods.' })),
  annotations: Optional(MapOf(Type.String(), { description: 'Annotations of the Pods.' })),
  port: Optional(Port('The port that the program listens on.')),
  ports: Optional(
    Type.Array(
      Type.Object({
        port: Port('The port of the Service.'),
        containerPort: Optional(Port('The port that the program listens on; the same when absent.')),
        name: Optional(Type.String({ minLength: 1, maxLength: 15, description: 'port- and the number when absent.' })),
        protocol: StringEnum(protocols, { default: 'TCP', description: 'TCP when absent.' }),
        expose: Type.Boolean({ default: false, description: 'Whether a Service leads to it.' }),
        nodePort: Optional(Port('The port of the nodes, with the exposeType NodePort.')),
      }),
      { description: 'The ports that the program listens on.' },
    ),
  ),
  exposeType: StringEnum(serviceTypes, { default: 'ClusterIP', description: 'The type of the Service that leads to exposed ports.' }),
  addRevisionLabel: Type.Boolean({ default: false, description: "Whether Pods carry the revision's name; with the traits rollout and canary-traffic they always do." }),
  cmd: Optional(Type.Array(Type.String(), { description: 'The command that is run.' })),
  args: Optional(Type.Array(Type.String(), { description: 'Its arguments.' })),
  env: Optional(Type.Array(EnvSchema, { description: 'Environment variables.' })),
  cpu: Optional(Type.String({ minLength: 1, description: 'Processors such as 0.5.' })),
  memory: Optional(Type.String({ minLength: 1, description: 'Memory such as 512Mi.' })),
  volumeMounts: Optional(VolumeMountsSchema),
  volumes: Optional(Type.Array(VolumeSchema, { description: 'The older way to write volumeMounts.' })),
  livenessProbe: Optional(ProbeSchema),
  readinessProbe: Optional(ProbeSchema),
  hostAliases: Optional(Type.Array(Type.Object({ ip: Type.String({ minLength: 1 }), hostnames: Type.Array(Type.String()) }), { description: 'Lines of /etc/hosts.' })),
});

/** The properties of a component of the type webservice. */
export type Webservice = Static<typeof WebserviceSchema>;
export const webservice = propertySchema(WebserviceSchema);
