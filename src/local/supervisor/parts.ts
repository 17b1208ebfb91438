import { join } from 'node:path';
import type { PolicyRule } from '../../kubernetes/generated/rbac-v1.js';
import { gatewayRules, nodeRules, workloadRules } from './part-rules.js';

/** When a part counts as ready. */
export type Readiness =
  /** A JSON file with this name in the cluster's folder, written since the part started, and the API's `/readyz` at its `url`. */
  | { readonly kind: 'api' }
  /** A file with this name in the cluster's folder, written since the part started. */
  | { readonly kind: 'file'; readonly name: string }
  /** A ready Node whose heart beat is younger than the part. */
  | { readonly kind: 'node'; readonly name: string }
  /** Running for so many milliseconds. */
  | { readonly kind: 'running'; readonly milliseconds: number };

/**
 * One process of a cluster, as data. In arguments, `{directory}`, `{kubeconfig}`, `{podRange}`, `{serviceRange}`,
 * `{apiPort}`, `{ingressPort}` and `{name}` stand for what is known only when the cluster starts.
 */
export interface Part {
  /** Names its log, token and kubeconfig. */
  readonly name: string;
  /** A JavaScript file, run by this Node. */
  readonly script: string;
  readonly args: readonly string[];
  /** Flags for Node itself. */
  readonly nodeFlags?: readonly string[];
  /** Who it is to the API. */
  readonly user: { readonly username: string; readonly groups: readonly string[] };
  /** What it may do, where it is not in a group that may: the API is given a role of these, named as the user is. */
  readonly rules?: readonly PolicyRule[];
  readonly ready: Readiness;
  /** Arguments with which the script removes what a killed part left behind; run before a start and after an end. */
  readonly cleanUp?: readonly string[];
}

/** What the standard parts are started with. */
export interface StandardPartsOptions {
  /** The folder of the compiled program: `dist`. */
  readonly programs: string;
  /** Files of CustomResourceDefinitions that the API starts with. */
  readonly crds: readonly string[];
  /** Image tables. */
  readonly images: readonly string[];
  readonly nodeName: string;
}

const repeated = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);

/** API, workload controllers, node and gateway, in the order in which they start. */
export function standardParts({ programs, crds, images, nodeName }: StandardPartsOptions): Part[] {
  const script = (part: string): string => join(programs, 'local', part, 'main.js');
  return [
    {
      name: 'api',
      script: script('api'),
      args: [
        ...['--directory', '{directory}', '--port', '{apiPort}', '--service-range', '{serviceRange}', '--logs', '{directory}/pod-logs'],
        ...['--tls-cert', '{directory}/certificates/api.crt', '--tls-key', '{directory}/certificates/api.key'],
        ...repeated('--crds', crds),
        ...['--access', '{directory}/access.json'],
      ],
      user: { username: 'system:apiserver', groups: ['system:masters'] },
      ready: { kind: 'api' },
    },
    {
      name: 'workloads',
      script: script('workloads'),
      // Autoscalers look every 15 s on a cluster; here somebody watches.
      args: ['--kubeconfig', '{kubeconfig}', '--autoscaler-period', '3'],
      user: { username: 'system:kube-controller-manager', groups: [] },
      rules: workloadRules,
      ready: { kind: 'running', milliseconds: 100 },
    },
    {
      name: 'node',
      script: script('node'),
      args: [
        ...['--kubeconfig', '{kubeconfig}', '--name', nodeName, '--pod-range', '{podRange}'],
        ...['--state-directory', '{directory}/node', '--addresses-directory', '{directory}', '--log-directory', '{directory}/pod-logs'],
        ...repeated('--images', images),
      ],
      user: { username: `system:node:${nodeName}`, groups: ['system:nodes'] },
      rules: nodeRules,
      ready: { kind: 'node', name: nodeName },
      cleanUp: ['--end-processes', '--state-directory', '{directory}/node'],
    },
    {
      name: 'gateway',
      script: script('gateway'),
      args: [
        ...['--kubeconfig', '{kubeconfig}', '--state-directory', '{directory}', '--ingress-port', '{ingressPort}'],
        ...['--node', nodeName, '--pod-range', '{podRange}'],
      ],
      user: { username: 'system:serviceaccount:istio-system:istio-ingressgateway', groups: ['system:serviceaccounts'] },
      rules: gatewayRules,
      ready: { kind: 'file', name: 'gateway.json' },
    },
  ];
}

/** What placeholders in arguments stand for. */
export type Placeholders = Readonly<Record<'directory' | 'kubeconfig' | 'podRange' | 'serviceRange' | 'apiPort' | 'ingressPort' | 'name', string>>;

/** @throws Error for a placeholder that does not exist */
export function fillPlaceholders(args: readonly string[], placeholders: Placeholders): string[] {
  const known = new Map<string, string>(Object.entries(placeholders));
  return args.map((text) =>
    text.replace(/\{(\w+)\}/g, (found, name: string) => {
      const value = known.get(name);
      if (value === undefined) throw new Error(`${found} in "${text}": there are ${[...known.keys()].map((each) => `{${each}}`).join(', ')}`);
      return value;
    }),
  );
}
