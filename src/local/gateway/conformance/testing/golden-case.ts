import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../kubernetes/objects.js';

/** What the objects of a case are of; one file of cases for each. */
export const apis = ['istio', 'gateway-api', 'ingress-nginx'] as const;
export type Api = (typeof apis)[number];

/** Objects, and requests that are answered by them. */
export interface GoldenCase {
  readonly id: string;
  readonly title: string;
  readonly objects: readonly KubernetesObject[];
  readonly requests: readonly GoldenRequest[];
}

export interface GoldenRequest {
  /** That of its case, and its place there, from 1. */
  readonly id: string;
  readonly method: string;
  /** As it is sent, with its query. */
  readonly path: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** It is sent so often, and the share of each Service that answers is looked at, not the answers. */
  readonly counted?: { readonly times: number; readonly shares: Readonly<Record<string, number>> };
  /** How many copies of it are waited for. */
  readonly copies?: number;
}

/** What differs from cluster to cluster. */
export interface Place {
  readonly namespace: string;
  /** Istio's Gateway is for proxies with these labels. */
  readonly proxies: Readonly<Record<string, string>>;
  /** Where Gateway API's Gateway `edge` is. Contour takes a reference without a namespace for one to its own Gateway, wherever the route is. */
  readonly edge?: string;
  /** The port of the Gateways `golden` (Istio) and `edge` (Gateway API). */
  readonly port: number;
}

/** A request as it is written in a file of cases: `GET /path`, or that with more. */
type WrittenRequest = string | { readonly send: string; readonly host?: string; readonly headers?: GoldenRequest['headers']; readonly body?: string; readonly times?: number; readonly shares?: Readonly<Record<string, number>>; readonly copies?: number };

interface WrittenCase {
  readonly id: string;
  readonly title: string;
  /** The rules of one VirtualService for the case's host. */
  readonly http?: readonly object[];
  /** The rules of one HTTPRoute for the case's host. */
  readonly rules?: readonly object[];
  readonly ingresses?: readonly WrittenIngress[];
  readonly objects?: readonly { readonly kind: string; readonly name: string; readonly spec: object }[];
  readonly requests: readonly WrittenRequest[];
}

interface WrittenIngress {
  readonly name?: string;
  readonly host?: string;
  /** Without the prefix of ingress-nginx. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Path, Service, and the path's type where it is not Prefix. */
  readonly paths: readonly (readonly [string, string, string?])[];
}

const groups: Readonly<Record<string, string>> = { VirtualService: 'networking.istio.io/v1', DestinationRule: 'networking.istio.io/v1', HTTPRoute: 'gateway.networking.k8s.io/v1', Ingress: 'networking.k8s.io/v1' };

/** The cases of an API, in order. `$HOST` in them is a host of the case's own, `$ID` its name. */
export function goldenCases(api: Api, { namespace, edge = namespace }: Pick<Place, 'namespace' | 'edge'> = { namespace: 'default' }): GoldenCase[] {
  const written: WrittenCase[] = parse(readFileSync(new URL(`../cases/${api}.yaml`, import.meta.url), 'utf8'));
  return written.map((each) => {
    const id = each.id.toLowerCase();
    const host = `${id}.example.com`;
    const text = JSON.stringify(each).replaceAll('$HOST', host).replaceAll('$ID', id).replaceAll('$NAMESPACE', namespace).replaceAll('$LARGE', 'x'.repeat(5000));
    const own: WrittenCase = JSON.parse(text);
    return { id: own.id, title: own.title, objects: objectsOf(own, id, host, { namespace, edge }), requests: own.requests.map((request, index) => requestOf(request, `${own.id}.${index + 1}`, host)) };
  });
}

function requestOf(written: WrittenRequest, id: string, caseHost: string): GoldenRequest {
  const { send, host = caseHost, headers = {}, body, times, shares, copies } = typeof written === 'string' ? { send: written } : written;
  const at = send.indexOf(' ');
  return {
    ...{ id, host, headers, method: send.slice(0, at), path: send.slice(at + 1) },
    ...(body === undefined ? {} : { body }),
    ...(times === undefined || shares === undefined ? {} : { counted: { times, shares } }),
    ...(copies === undefined ? {} : { copies }),
  };
}

function objectsOf({ http, rules, ingresses = [], objects = [] }: WrittenCase, id: string, host: string, { namespace, edge }: { readonly namespace: string; readonly edge: string }): KubernetesObject[] {
  const all = objects.map(({ kind, name, spec }) => ({ kind, name, annotations: {}, spec }));
  if (http) all.push({ kind: 'VirtualService', name: id, annotations: {}, spec: { hosts: [host], http } });
  if (rules) all.push({ kind: 'HTTPRoute', name: id, annotations: {}, spec: { hostnames: [host], rules } });
  for (const { name = id, host: own = host, annotations = {}, paths } of ingresses) {
    const written = paths.map(([path, service, pathType = 'Prefix']) => ({ path, pathType, backend: { service: { name: service, port: { number: 80 } } } }));
    const prefixed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]));
    all.push({ kind: 'Ingress', name, annotations: prefixed, spec: { ingressClassName: 'nginx', rules: [{ host: own, http: { paths: written } }] } });
  }
  return all.map(({ kind, name, annotations, spec }) => ({ apiVersion: groups[kind] ?? '', kind, metadata: { name, namespace, annotations }, spec: { ...boundTo(kind, edge), ...spec } }));
}

/** Every route is bound to the Gateway of the cases. */
function boundTo(kind: string, edge: string): object {
  return kind === 'VirtualService' ? { gateways: ['golden'] } : kind === 'HTTPRoute' ? { parentRefs: [{ name: 'edge', namespace: edge }] } : {};
}

/** Istio's Gateway for the cases. */
export const goldenGateway = ({ namespace, proxies, port }: Place): KubernetesObject & { readonly spec: object } => ({
  apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'golden', namespace },
  spec: { selector: proxies, servers: [{ port: { number: port, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] },
});
