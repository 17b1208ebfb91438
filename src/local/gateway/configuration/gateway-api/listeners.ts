import type { SecureContext } from 'node:tls';
import type { Namespace, Secret } from '../../../../kubernetes/generated/core-v1.js';
import type { Gateway } from '../../../../kubernetes/generated/gateway-api-v1.js';
import { matchesLabelSelector, SelectorError } from '../../../../kubernetes/selectors.js';
import type { Certificates } from './certificates.js';
import type { Problem } from './conditions.js';
import { GATEWAY_API_GROUP, nameOf, namespaceOf, type GatewayListener, type Route, type RouteKind } from './objects.js';
import type { ReferenceGrants } from './reference-grants.js';

const ROUTE_KINDS: readonly RouteKind[] = ['HTTPRoute', 'GRPCRoute'];
/** Ports that have one protocol on the local gateway, whoever asks. */
const FIXED_PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [80, 'HTTP'],
  [443, 'HTTPS'],
]);

/** One listener of a Gateway, judged. */
export interface Listener {
  readonly gateway: Gateway;
  readonly spec: GatewayListener;
  readonly kinds: readonly RouteKind[];
  readonly accepted: Problem | undefined;
  readonly conflicted: Problem | undefined;
  readonly resolvedRefs: Problem | undefined;
  readonly certificate: SecureContext | undefined;
  /** Routes that its `allowedRoutes` and their parentRefs bring together, accepted or not. */
  readonly attached: Set<Route>;
  /** Whether requests can come in through it. */
  readonly usable: boolean;
}

export interface ListenerSources {
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly grants: ReferenceGrants;
  readonly certificates: Certificates;
  /** The protocol of each port, as older Gateways have it: all Gateways share one address. Added to. */
  readonly protocols: Map<number, string>;
}

/** Judges all listeners of one Gateway. */
export function readListeners(gateway: Gateway, sources: ListenerSources): Listener[] {
  return gateway.spec.listeners.map((spec): Listener => {
    const accepted = acceptanceProblem(spec);
    const conflicted = conflictProblem(spec, gateway.spec.listeners) ?? sharedPortProblem(spec, sources.protocols);
    const kinds = supportedKinds(spec);
    const certificate = spec.protocol === 'HTTPS' ? certificateOf(spec, gateway, sources) : undefined;
    if (accepted === undefined && conflicted === undefined) sources.protocols.set(spec.port, spec.protocol);
    const tlsProblem = certificate !== undefined && 'reason' in certificate ? certificate : undefined;
    return {
      ...{ gateway, spec, kinds, accepted, conflicted },
      resolvedRefs: tlsProblem ?? kindsProblem(spec, kinds),
      certificate: certificate !== undefined && 'context' in certificate ? certificate : undefined,
      attached: new Set(),
      usable: accepted === undefined && conflicted === undefined && tlsProblem === undefined,
    };
  });
}

function acceptanceProblem({ protocol, port, tls }: GatewayListener): Problem | undefined {
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') return { reason: 'UnsupportedProtocol', message: `protocol: ${protocol} is not implemented by the local gateway, only HTTP and HTTPS` };
  const fixed = FIXED_PROTOCOLS.get(port) ?? protocol;
  if (fixed !== protocol) return { reason: 'PortUnavailable', message: `port: ${port} is for ${fixed} on the local gateway` };
  if (tls === undefined) return undefined;
  const unknown = Object.keys(tls).filter((field) => field !== 'mode' && field !== 'certificateRefs' && Object.keys(Object(Reflect.get(tls, field))).length > 0);
  if ((tls.mode ?? 'Terminate') !== 'Terminate') unknown.push(`mode (${tls.mode ?? ''})`);
  return unknown.length === 0 ? undefined : { reason: 'UnsupportedValue', message: `not implemented by the local gateway: ${unknown.map((field) => `tls.${field}`).join(', ')}` };
}

function conflictProblem(spec: GatewayListener, all: readonly GatewayListener[]): Problem | undefined {
  for (const other of all) {
    if (other === spec || other.port !== spec.port) continue;
    if (other.protocol !== spec.protocol) return { reason: 'ProtocolConflict', message: `listener ${other.name} has the same port with protocol ${other.protocol}` };
    if ((other.hostname ?? '') === (spec.hostname ?? '')) return { reason: 'HostnameConflict', message: `listener ${other.name} has the same port and hostname` };
  }
  return undefined;
}

function sharedPortProblem({ port, protocol }: GatewayListener, protocols: ReadonlyMap<number, string>): Problem | undefined {
  const taken = protocols.get(port) ?? protocol;
  return taken === protocol ? undefined : { reason: 'ProtocolConflict', message: `port ${port}: an older Gateway has it with protocol ${taken}` };
}

function supportedKinds({ protocol, allowedRoutes }: GatewayListener): RouteKind[] {
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') return [];
  const asked = allowedRoutes?.kinds ?? [];
  return asked.length === 0 ? [...ROUTE_KINDS] : ROUTE_KINDS.filter((known) => asked.some(({ group, kind }) => kind === known && (group ?? GATEWAY_API_GROUP) === GATEWAY_API_GROUP));
}

function kindsProblem({ allowedRoutes, protocol }: GatewayListener, kinds: readonly string[]): Problem | undefined {
  const unknown = (allowedRoutes?.kinds ?? []).filter(({ group = GATEWAY_API_GROUP, kind }) => group !== GATEWAY_API_GROUP || !kinds.includes(kind));
  if (unknown.length === 0) return undefined;
  return { reason: 'InvalidRouteKinds', message: `allowedRoutes.kinds: ${unknown.map(({ kind }) => kind).join(', ')} cannot be routed on a listener of protocol ${protocol}` };
}

function certificateOf({ tls }: GatewayListener, gateway: Gateway, { secrets, grants, certificates }: ListenerSources): SecureContext | Problem {
  const [ref, ...others] = tls?.certificateRefs ?? [];
  if (ref === undefined) return { reason: 'InvalidCertificateRef', message: 'tls.certificateRefs: names no Secret' };
  if (others.length > 0) return { reason: 'InvalidCertificateRef', message: 'tls.certificateRefs: the local gateway takes one certificate for each listener' };
  const { group = '', kind = 'Secret', name } = ref;
  if (group !== '' || kind !== 'Secret') return { reason: 'InvalidCertificateRef', message: `tls.certificateRefs[0]: is no Secret but a ${kind}` };
  const namespace = ref.namespace ?? namespaceOf(gateway);
  const title = `Secret ${namespace}/${name}`;
  if (!grants.allow({ kind: 'Gateway', namespace: namespaceOf(gateway) }, { group, kind, namespace, name })) {
    return { reason: 'RefNotPermitted', message: `tls.certificateRefs[0]: no ReferenceGrant in namespace ${namespace} lets a Gateway of namespace ${namespaceOf(gateway)} use ${title}` };
  }
  const secret = secrets.get(nameOf({ metadata: { name, namespace } }));
  const found = secret === undefined ? 'is not there' : certificates.read(secret);
  return typeof found === 'string' ? { reason: 'InvalidCertificateRef', message: `tls.certificateRefs[0]: ${title} ${found}` } : found;
}

/** Whether `allowedRoutes` lets routes of that kind and namespace attach. */
export function allowsRoute({ kinds, spec, gateway }: Listener, kind: RouteKind, namespace: string, namespaces: ReadonlyMap<string, Namespace>): boolean {
  if (!kinds.includes(kind)) return false;
  const { from = 'Same', selector } = spec.allowedRoutes?.namespaces ?? {};
  switch (from) {
    case 'All':
      return true;
    case 'Same':
      return namespace === namespaceOf(gateway);
    case 'Selector':
      try {
        return namespaces.has(namespace) && selector !== undefined && matchesLabelSelector(selector, namespaces.get(namespace)?.metadata.labels);
      } catch (error) {
        if (error instanceof SelectorError) return false;
        throw error;
      }
    default:
      return false;
  }
}
