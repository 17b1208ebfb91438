import type { Secret } from '../../../kubernetes/generated/core-v1.js';
import type { Ingress, IngressSpec } from '../../../kubernetes/generated/networking-v1.js';
import { PREFIX } from '../configuration/ingress-nginx/annotations.js';

/** `[path, service]`, or with a path type. */
export type PathState = readonly [path: string, service: string, pathType?: 'Exact' | 'Prefix' | 'ImplementationSpecific'];

export interface IngressState {
  readonly host?: string;
  readonly paths?: readonly PathState[];
  /** Without the prefix of ingress-nginx. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: IngressSpec;
  readonly creationTimestamp?: string;
  readonly port?: number;
}

/** An Ingress of class nginx. */
export function ingress(name: string, { host, paths = [], annotations = {}, spec = {}, creationTimestamp = '2026-01-01T00:00:00Z', port = 80 }: IngressState): Ingress {
  const http = { paths: paths.map(([path, service, pathType = 'Prefix']) => ({ path, pathType, backend: { service: { name: service, port: { number: port } } } })) };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      ...{ name, namespace: 'default', uid: `uid-${name}`, generation: 1, resourceVersion: '1', creationTimestamp },
      annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [PREFIX + key, value])),
    },
    spec: { ingressClassName: 'nginx', ...(paths.length === 0 ? {} : { rules: [{ ...(host === undefined ? {} : { host }), http }] }), ...spec },
  };
}

export const tlsSecret = (name: string, cert: string, key: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
  type: 'kubernetes.io/tls',
  data: { 'tls.crt': Buffer.from(cert).toString('base64'), 'tls.key': Buffer.from(key).toString('base64') },
});
