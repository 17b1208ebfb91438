import { fileURLToPath } from 'node:url';
import { findTool } from './programs.js';
import { isFirst } from './rounds.js';

/** Addresses of Pods and Services can be bound: tests run in a network of their own (namespace.sh). */
const NETWORK = 'network';
/** What the cluster needs that all lanes share. */
const SHARED = [NETWORK, 'kubernetes', 'etcd'];
/** Any cluster: the shared one, or that of SERIN_LAB_KUBECONFIG. */
const CLUSTER = 'cluster';

/** Each lane's tests, as paths in this folder's parent (a folder, or a test file), and what it needs: tools, or the network. */
const LANES: Readonly<Record<string, LaneParts>> = {
  'local-api-is-honest': { tests: ['lanes/local-api-is-honest'], needs: SHARED },
  'whole-releases': { tests: ['lanes/whole-releases'], needs: SHARED },
  'many-releases': { tests: ['lanes/many-releases'], needs: [CLUSTER, 'kwok'] },
  'older-kubernetes': { tests: ['lanes/older-kubernetes'], needs: [...SHARED, 'kubernetes-1.34'] },
  gitops: { tests: ['lanes/gitops'], rest: ['lanes/gitops/gitops.test.ts'], needs: [...SHARED, 'argocd-health', 'kstatus'] },
  'lending-holds': { tests: ['lanes/lending-holds'], rest: ['lanes/lending-holds/lines.test.ts', 'lanes/lending-holds/mid-release.test.ts'], needs: [...SHARED, 'kwok'] },
  kubevela: { tests: ['lanes/kubevela'], needs: [...SHARED, 'kwok'] },
  argo: { tests: ['lanes/argo'], rest: ['lanes/argo/stories.test.ts'], needs: [...SHARED, 'kwok', 'argo-rollouts', 'argocd-health'] },
  faults: { tests: ['lanes/faults'], rest: ['lanes/faults/faults.test.ts'], needs: [...SHARED, 'kwok'] },
  installation: { tests: ['lanes/installation'], rest: ['lanes/installation/documented.test.ts'], needs: [...SHARED, 'helm'] },
  'first-cluster': { tests: ['lanes/first-cluster'], needs: [...SHARED, 'helm', 'traefik', 'cert-manager', 'ingress-nginx-chart'] },
  envoy: { tests: ['data-planes/envoy.test.ts'], needs: [...SHARED, 'envoy'] },
  istio: { tests: ['data-planes/istio.test.ts'], rest: ['data-planes/istio.test.ts'], needs: [...SHARED, 'istiod', 'envoy'] },
  'istio-grpc': { tests: ['data-planes/istio-grpc.test.ts'], needs: [...SHARED, 'istiod'] },
  traefik: { tests: ['data-planes/traefik.test.ts'], rest: ['data-planes/traefik.test.ts'], needs: [...SHARED, 'traefik'] },
  contour: { tests: ['data-planes/contour.test.ts'], rest: ['data-planes/contour.test.ts'], needs: [...SHARED, 'contour', 'envoy'] },
};

interface LaneParts {
  readonly tests: readonly string[];
  /** Those of them that have cases for the second round (rounds.ts). */
  readonly rest?: readonly string[];
  readonly needs: readonly string[];
}

const root = fileURLToPath(new URL('../', import.meta.url));

/** A lane, and why it cannot run here, if it cannot. */
export interface Lane {
  readonly name: string;
  /** Patterns of its test files in this round, from the project's folder. */
  readonly include: readonly string[];
  readonly missing: readonly string[];
}

/** All lanes there are. */
export function lanes(env: NodeJS.ProcessEnv = process.env): Lane[] {
  return Object.entries(LANES).map(([name, { tests, rest = [], needs }]) => ({
    name,
    include: (isFirst ? tests : rest).map((path) => `test/kubernetes/${path}${path.endsWith('.ts') ? '' : '/**/*.test.ts'}`),
    missing: needs.flatMap((need) => lack(need, env)),
  }));
}

function lack(need: string, env: NodeJS.ProcessEnv): string[] {
  const { SERIN_LAB_NETWORK: network, SERIN_LAB_KUBECONFIG: theirs = '', KUBEBUILDER_ASSETS: assets = '' } = env;
  if (need === CLUSTER) return theirs === '' ? SHARED.flatMap((each) => lack(each, env)) : [];
  if (need === NETWORK && theirs !== '') return ['the cluster of SERIN_LAB_KUBECONFIG is used, on which no programs of this machine run'];
  if (need === NETWORK) return network === 'own' ? [] : [`no network of its own: ${network ?? 'not started by test/kubernetes/lab/namespace.sh'}`];
  // Where etcd comes with the API server.
  if (need === 'etcd' && assets !== '') return [];
  const tool = findTool(need);
  return 'missing' in tool ? [`${need}: ${tool.missing}`] : [];
}

/** The lane that a test file belongs to. */
export function laneOf(file: string): string | undefined {
  const path = file.slice(root.length);
  return file.startsWith(root) ? Object.entries(LANES).find(([, { tests }]) => tests.some((each) => path === each || path.startsWith(`${each}/`)))?.[0] : undefined;
}
