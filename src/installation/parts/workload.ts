import { REST, all, hole, ifSet, integer, NAMESPACE, not, set, string, text, VERSION, when, type Node } from '../template/nodes.js';
import { frontendNames } from '../../frontends/names.js';
import { labels, metadata, NAME, selector, type Part } from './part.js';

const PORT = 'http';
const repository = { source: 'image.repository', as: 'string', required: 'image.repository has to be set: the image that deploy/Dockerfile makes, in a registry of yours' } as const;
/** The image of everything that Serin runs. */
export const image: Node = when(
  set('image.digest'),
  text(repository, '@', string('image.digest')),
  text(repository, ':', { source: 'image.tag', as: 'string', else: VERSION }),
);

const container: Node = {
  name: 'controller',
  image,
  imagePullPolicy: hole('image.pullPolicy'),
  args: [
    'controller',
    '--in-cluster',
    text('--listen=:', integer('metrics.port')),
    text('--log-level=', string('logLevel')),
    when(set('watchNamespace'), text('--watch-namespace=', string('watchNamespace'))),
    when(not(set('readConfig')), '--without-config'),
    ...frontendNames.map((name) => when(set(`frontends.${name}`), `--frontends=${name}`)),
    when(set('prometheusAddress'), text('--prometheus-address=', string('prometheusAddress'))),
    when(all(set('server.enabled'), set('server.publicUrl')), text('--page-url=', string('server.publicUrl'))),
    when(set('limits.releases'), text('--max-releases=', integer('limits.releases'))),
    when(set('limits.releasesPerNamespace'), text('--max-releases-per-namespace=', integer('limits.releasesPerNamespace'))),
  ],
  ports: [{ name: PORT, containerPort: hole('metrics.port'), protocol: 'TCP' }],
  livenessProbe: { httpGet: { path: '/healthz', port: PORT }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
  // Not before its caches are filled does a Pod count, so that a roll-out always leaves one that can lead at once.
  readinessProbe: { httpGet: { path: '/readyz', port: PORT }, periodSeconds: 5, timeoutSeconds: 5 },
  resources: hole('resources'),
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
};

const spread: Node = {
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: selector } } }] },
};

/** The controllers themselves. */
export const workloadParts: readonly Part[] = [
  {
    file: 'controller',
    kind: 'Deployment',
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(NAME),
      spec: {
        replicas: hole('replicas'),
        revisionHistoryLimit: 3,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: { ...labels, [REST]: hole('podLabels') }, annotations: when(set('podAnnotations'), hole('podAnnotations')) },
          spec: {
            serviceAccountName: NAME,
            automountServiceAccountToken: true,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 30,
            securityContext: { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
            imagePullSecrets: ifSet('image.pullSecrets'),
            priorityClassName: ifSet('priorityClassName'),
            nodeSelector: ifSet('nodeSelector'),
            tolerations: ifSet('tolerations'),
            affinity: when(set('affinity'), hole('affinity'), spread),
            containers: [container],
          },
        },
      },
    },
  },
  {
    file: 'controller',
    kind: 'PodDisruptionBudget',
    condition: set('podDisruptionBudget'),
    object: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: metadata(NAME), spec: { maxUnavailable: 1, selector: { matchLabels: selector } } },
  },
  {
    file: 'controller',
    kind: 'NetworkPolicy',
    condition: set('networkPolicy.enabled'),
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(NAME),
      // What goes out is the API server, Pods on trial and gates, wherever these are: it is not restricted.
      spec: { podSelector: { matchLabels: selector }, policyTypes: ['Ingress'], ingress: [{ from: ifSet('networkPolicy.from'), ports: [{ port: hole('metrics.port'), protocol: 'TCP' }] }] },
    },
  },
  {
    file: 'controller',
    kind: 'Service',
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata('serin-metrics'),
      spec: { selector, ports: [{ name: PORT, port: hole('metrics.port'), targetPort: PORT, protocol: 'TCP' }] },
    },
  },
];

/** Where the controllers run when they are not told. */
export const DEFAULT_NAMESPACE = 'serin-system';

/** Installed by `serin install` only: Helm makes namespaces itself. */
export const namespacePart: Part = {
  file: 'namespace',
  kind: 'Namespace',
  object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: hole(NAMESPACE), labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' } } },
};
