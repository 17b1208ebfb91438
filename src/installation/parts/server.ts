import { all, any, hole, ifSet, integer, NAMESPACE, REST, set, string, text, when, type Node } from '../template/nodes.js';
import type { Part } from './part.js';
import { SERVER_NAME, serverLabels, serverSelector } from './server-names.js';
import { image } from './workload.js';

const ENABLED = set('server.enabled');
const TLS = set('server.tlsSecret');
const CLIENT_SECRET = set('server.oidc.clientSecret');
const FILES = any(TLS, CLIENT_SECRET);
const PORT: Node = when(TLS, 'https', 'http');
const OIDC_FILES = '/etc/serin/oidc';
const TLS_FILES = '/etc/serin/tls';

/** An option that is given only where its value is. */
const option = (name: string, path: string): Node => when(set(path), text(`--${name}=`, string(path)));

const probe: Node = { httpGet: { path: '/healthz', port: PORT, scheme: when(TLS, 'HTTPS', 'HTTP') }, periodSeconds: 10, timeoutSeconds: 5 };

const container: Node = {
  name: 'server',
  image,
  imagePullPolicy: hole('image.pullPolicy'),
  args: [
    'server',
    '--in-cluster',
    text('--listen=:', integer('server.port')),
    text('--log-level=', string('logLevel')),
    option('public-url', 'server.publicUrl'),
    text(`--host=${SERVER_NAME}.`, string(NAMESPACE), '.svc'),
    option('watch-namespace', 'watchNamespace'),
    when(set('server.trustProxy'), '--trust-proxy'),
    when(set('server.impersonation.enabled'), '--impersonate'),
    option('oidc-issuer', 'server.oidc.issuer'),
    option('oidc-client-id', 'server.oidc.clientId'),
    when(CLIENT_SECRET, `--oidc-client-secret-file=${OIDC_FILES}/client-secret`),
    option('oidc-scopes', 'server.oidc.scopes'),
    option('oidc-user-claim', 'server.oidc.userClaim'),
    option('oidc-groups-claim', 'server.oidc.groupsClaim'),
    when(set('server.oidc.knownToCluster'), '--oidc-known-to-cluster'),
    option('oidc-user-prefix', 'server.oidc.userPrefix'),
    option('oidc-groups-prefix', 'server.oidc.groupsPrefix'),
    when(set('server.webhookSecret'), text('--webhook-secret=', string(NAMESPACE), '/', string('server.webhookSecret'))),
    when(set('server.chats'), '--chats'),
    when(TLS, `--tls-cert-file=${TLS_FILES}/tls.crt`),
    when(TLS, `--tls-key-file=${TLS_FILES}/tls.key`),
  ],
  ports: [{ containerPort: hole('server.port'), name: PORT, protocol: 'TCP' }],
  livenessProbe: { ...probe, failureThreshold: 6 },
  readinessProbe: probe,
  resources: hole('server.resources'),
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  volumeMounts: when(FILES, [
    when(CLIENT_SECRET, { name: 'oidc', mountPath: OIDC_FILES, readOnly: true }),
    when(TLS, { name: 'tls', mountPath: TLS_FILES, readOnly: true }),
  ]),
};

const metadata: Node = { name: SERVER_NAME, namespace: hole(NAMESPACE), labels: serverLabels };

/** HTTP API and web page for several people. One Pod: sessions and the stream of changes stand in its memory. */
export const serverParts: readonly Part[] = [
  {
    file: 'server',
    kind: 'Deployment',
    condition: ENABLED,
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        revisionHistoryLimit: 3,
        // Webhooks find somebody at any time; people sign in anew.
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector: { matchLabels: serverSelector },
        template: {
          metadata: { labels: { ...serverLabels, [REST]: hole('podLabels') }, annotations: when(set('podAnnotations'), hole('podAnnotations')) },
          spec: {
            serviceAccountName: SERVER_NAME,
            automountServiceAccountToken: true,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 30,
            securityContext: { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, fsGroup: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
            imagePullSecrets: ifSet('image.pullSecrets'),
            priorityClassName: ifSet('priorityClassName'),
            nodeSelector: ifSet('nodeSelector'),
            tolerations: ifSet('tolerations'),
            affinity: ifSet('affinity'),
            containers: [container],
            volumes: when(FILES, [
              when(CLIENT_SECRET, { name: 'oidc', secret: { secretName: hole('server.oidc.clientSecret'), defaultMode: 0o440 } }),
              when(TLS, { name: 'tls', secret: { secretName: hole('server.tlsSecret'), defaultMode: 0o440 } }),
            ]),
          },
        },
      },
    },
  },
  {
    file: 'server',
    kind: 'NetworkPolicy',
    condition: all(ENABLED, set('networkPolicy.enabled')),
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      // What goes out is the API server and the issuer of OIDC: it is not restricted.
      spec: { podSelector: { matchLabels: serverSelector }, policyTypes: ['Ingress'], ingress: [{ from: ifSet('server.from'), ports: [{ port: hole('server.port'), protocol: 'TCP' }] }] },
    },
  },
  {
    file: 'server',
    kind: 'Service',
    condition: ENABLED,
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: serverSelector, ports: [{ protocol: 'TCP', name: PORT, port: when(TLS, 443, 80), targetPort: PORT }] },
    },
  },
];
