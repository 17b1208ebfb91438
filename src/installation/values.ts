import { Type, type Static, type TSchema } from 'typebox';
import { cloneJson, isRecord } from '../kubernetes/json.js';
import { nearestName } from '../model/suggestion.js';
import { customResourceSchema } from '../schema/custom-resource.js';
import { toStructural } from '../schema/structural.js';
import { AnyObject, MapOf, StringEnum } from '../schema/typebox.js';

const Group = <T extends Record<string, TSchema>>(description: string, properties: T) => Type.Object(properties, { description, default: {} });
const Flag = (value: boolean, description: string) => Type.Boolean({ default: value, description });
const Line = (value: string, description: string, pattern?: string) => Type.String({ default: value, description, ...(pattern === undefined ? {} : { pattern }) });
const Count = (value: number, minimum: number, description: string) => Type.Integer({ default: value, minimum, maximum: 65_535, description });
const Map = (description: string) => MapOf(Type.String(), { default: {}, description });
const Anything = (value: object, description: string) => AnyObject({ default: value, description });
const Things = (description: string) => Type.Array(AnyObject(), { default: [], description });

const NAMESPACE = '^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$';

/** What an installation can be told; the values of the Helm chart and of `serin install --values` alike. */
export const ValuesSchema = Type.Object({
  image: Group('The image of the controller.', {
    repository: Line('', 'Registry and name, such as `registry.example.com/serin`. Has to be set: build it with `deploy/Dockerfile`.'),
    tag: Line('', 'The version of Serin when empty.'),
    digest: Line('', 'Instead of a tag: `sha256:…`.', '^(sha256:[0-9a-f]{64})?$'),
    pullPolicy: StringEnum(['Always', 'IfNotPresent', 'Never'] as const, { default: 'IfNotPresent', description: 'When the image is pulled.' }),
    pullSecrets: Things('Secrets for pulling it, as in `[{name: registry}]`.'),
  }),
  replicas: Count(2, 1, 'How many controllers run. One leads; the others stand by with filled caches.'),
  watchNamespace: Line('', 'The one namespace that is worked in; all when empty. Then Serin may do nothing in any other one.', NAMESPACE),
  installCRDs: Flag(true, 'Install the definitions of Serin\'s kinds. They are kept when Serin is uninstalled.'),
  approvalPolicy: Flag(true, 'Install the ValidatingAdmissionPolicies that bind approvals, and the record of who told a release something, to their authors (Kubernetes 1.30). Without the first no approval counts.'),
  pauseOnChange: StringEnum(['auto', 'always', 'never'] as const, {
    default: 'auto',
    description: 'Install the MutatingAdmissionPolicy that pauses an adopted Deployment in the request that changes its template. auto: where the cluster serves it (Kubernetes 1.36).',
  }),
  userRoles: Flag(true, 'Install the roles `serin-viewer`, `serin-releaser` and `serin-approver`, which the roles view, edit and admin take in.'),
  readConfig: Flag(true, 'Let the controller read ConfigMaps and Secrets by name, for policies with `watchConfig` and for metrics that name a Secret. Without it such policies are refused.'),
  frontends: Group('Objects of other tools that Serin serves as well. Their definitions are installed with `installCRDs`.', {
    kubevela: Flag(false, "KubeVela's Applications. Not beside KubeVela's own controller."),
    argo: Flag(false, "Argo's Rollouts, AnalysisRuns and Experiments. Not beside Argo Rollouts' own controller."),
  }),
  prometheusAddress: Line('', 'The Prometheus that metrics of AnalysisTemplates ask where they name none.', '^(https?://.+)?$'),
  limits: Group('How many releases may be under way at once; 0 for no limit.', {
    releases: Count(0, 0, 'On the whole cluster.'),
    releasesPerNamespace: Count(0, 0, 'In one namespace.'),
  }),
  logLevel: StringEnum(['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const, { default: 'info', description: 'How much is logged.' }),
  resources: Anything({ requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '2Gi' } }, 'Of the container. The default is enough for 10,000 policies at rest, or 1,000 releases at once.'),
  podAnnotations: Map('More annotations of the Pods.'),
  podLabels: Map('More labels of the Pods.'),
  nodeSelector: Map('Where Pods may run.'),
  tolerations: Things('What Pods tolerate.'),
  affinity: Anything({}, 'Instead of spreading the Pods over nodes.'),
  priorityClassName: Line('', 'How important the Pods are.'),
  podDisruptionBudget: Flag(true, 'Keep drained nodes from taking more than one Pod at once.'),
  networkPolicy: Group('Who may talk to the Pods.', {
    enabled: Flag(true, 'Install a NetworkPolicy that lets nothing in but to the port of probes and metrics.'),
    from: Things('Who may ask for metrics, as in a NetworkPolicy; anyone when empty. Probes come from the node and always pass.'),
  }),
  server: Group('The HTTP API and the web page, for several people (`serin server`).', {
    enabled: Flag(false, 'Run it.'),
    publicUrl: Line('', 'Where people reach it, such as `https://serin.example.com`. Has to be set for OIDC, and for links in notifications.', '^(https?://[^/?#]+)?$'),
    port: Count(8080, 1, 'The port that its Pod listens on. The Service `serin-server` has 80, or 443 with `tlsSecret`.'),
    tlsSecret: Line('', 'A Secret of the type `kubernetes.io/tls`, where the Pod itself is to speak TLS and not only what stands in front of it.'),
    trustProxy: Flag(false, 'Believe the last entry of `X-Forwarded-For`. Only where nobody reaches the Pod but through the proxy that writes it.'),
    oidc: Group('Sign-in with a browser by OpenID Connect.', {
      issuer: Line('', 'URL of the issuer; no such sign-in when empty.', '^(https?://.+)?$'),
      clientId: Line('', 'Under which the issuer knows Serin.'),
      clientSecret: Line('', 'A Secret whose key `client-secret` holds what the issuer gave Serin; none for public clients.'),
      scopes: Line('', 'What is asked for, with blanks between; `openid profile email` when empty.'),
      userClaim: Line('', 'The claim that is the user of the cluster; `sub` when empty.'),
      groupsClaim: Line('', 'The claim that holds the groups; nobody has any when empty.'),
      knownToCluster: Flag(false, 'The cluster takes ID tokens of this issuer and client itself: people act with their own, and nobody is impersonated.'),
      userPrefix: Line('', 'Stands before each user, as in `oidc:`.'),
      groupsPrefix: Line('', 'Stands before each group, as in `oidc:`.'),
    }),
    impersonation: Group('The right to act as the person who is signed in, for people without a token that the cluster knows. Whoever has the rights of this Pod may then be any of these users and groups.', {
      enabled: Flag(false, 'Give it.'),
      users: Type.Array(Type.String(), { default: [], description: 'Only these users; any when empty.' }),
      groups: Type.Array(Type.String(), { default: [], description: 'Only these groups; any when empty, `system:masters` too.' }),
    }),
    webhookSecret: Line('', 'A Secret in the namespace of the installation with what senders of image events prove themselves by; nothing is received when empty.'),
    chats: Flag(false, 'Receive the buttons of Slack and Lark. The server may then read Secrets by name, where the channels keep what these sign with.'),
    from: Things('Who may reach it, as in a NetworkPolicy; anyone when empty.'),
    resources: Anything({ requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } }, 'Of its container.'),
  }),
  metrics: Group('Metrics of the controller.', {
    port: Count(8080, 1, 'The port of `/metrics`, `/healthz` and `/readyz`.'),
    labels: Map('More labels of ServiceMonitor, PrometheusRule and dashboard, by which Prometheus and Grafana choose.'),
    serviceMonitor: Flag(false, 'Install a ServiceMonitor for the Prometheus operator.'),
    alerts: Flag(false, 'Install the alerts as a PrometheusRule for the Prometheus operator.'),
    dashboard: Flag(false, 'Install the Grafana dashboard as a ConfigMap with the label `grafana_dashboard`.'),
  }),
});
export type Values = Static<typeof ValuesSchema>;

const structural = toStructural(ValuesSchema);
const checked = customResourceSchema(structural);

/** Values that cannot be installed; the message names each and what to write instead. */
export class ValuesError extends Error {
  override readonly name = 'ValuesError';
}

/** Values with defaults for all that is not given. @throws ValuesError */
export function readValues(given: unknown = {}): Values {
  if (!isRecord(given)) throw new ValuesError('values are a map of names to values.');
  const values = cloneJson<Record<string, unknown>>(given);
  const unknown = checked.prune(values).map((path) => `${path}: there is no such value.${hint(path)}`);
  const complete = merged(values, defaults());
  const wrong = checked.validate(complete).map(({ field, message }) => `${field}: ${message}`);
  if (unknown.length + wrong.length > 0) throw new ValuesError([...unknown, ...wrong].join('\n'));
  return complete as Values;
}

function defaults(): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  checked.fillDefaults(values);
  return values;
}

/** As Helm merges: maps key by key, and `null` takes a key of a map out. */
function merged(given: Readonly<Record<string, unknown>>, under: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const all = Object.entries({ ...under, ...given }).map(([key, value]): [string, unknown] => {
    const below = under[key];
    return [key, isRecord(value) && isRecord(below) ? merged(value, below) : value];
  });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

function hint(path: string): string {
  const names = path.split('.');
  const name = names.pop() ?? '';
  const group = names.reduce((schema: typeof structural | undefined, key) => schema?.properties?.[key], structural);
  const meant = nearestName(name, Object.keys(group?.properties ?? {}));
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}

/** One value, for tables and comments. */
export interface ValueDescription {
  /** As in `metrics.port`. */
  readonly path: string;
  readonly description: string;
  readonly default: unknown;
}

/** All values and groups of values, in order. */
export function describeValues(schema = structural, path = ''): (ValueDescription & { readonly isGroup: boolean })[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, each]) => {
    const own = { path: `${path}${name}`, description: each.description ?? '', default: each.default, isGroup: each.properties !== undefined };
    return own.isGroup ? [own, ...describeValues(each, `${own.path}.`)] : [own];
  });
}
