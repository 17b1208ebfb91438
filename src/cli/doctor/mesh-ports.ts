import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { matchesLabels } from '../../kubernetes/selectors.js';

/** Ports of the sidecar itself, which take plain HTTP whatever the mesh asks for: merged metrics, its health, its own metrics. */
const SIDECAR_PORTS = [15_020, 15_021, 15_090];
const EXCLUDED = 'traffic.sidecar.istio.io/excludeInboundPorts';
/** Where a PeerAuthentication is for the whole mesh, unless istiod was told otherwise. */
const ROOT = 'istio-system';

const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});
const modeOf = (mtls: unknown): string | undefined => {
  const { mode } = record(mtls);
  return typeof mode === 'string' && mode !== 'UNSET' ? mode : undefined;
};

/**
 * The PeerAuthentication by which a port of a Pod takes only mutual TLS; undefined where plain HTTP gets through. The one for the
 * workload comes before that of the namespace, and that before the mesh's; exceptions for ports stand in the first alone.
 */
export function strictAt(pod: Pod, port: number, peers: readonly KubernetesObject[]): string | undefined {
  const { namespace = '', labels = {}, annotations = {} } = pod.metadata;
  const injected = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].some(({ name }) => name === 'istio-proxy');
  if (!injected || SIDECAR_PORTS.includes(port) || (annotations[EXCLUDED] ?? '').split(',').some((each) => each.trim() === String(port) || each.trim() === '*')) return undefined;
  const specOf = (peer: KubernetesObject): Readonly<Record<string, unknown>> => record(Reflect.get(peer, 'spec'));
  const selectorOf = (peer: KubernetesObject): Readonly<Record<string, string>> | undefined => {
    const { matchLabels } = record(specOf(peer)['selector']);
    return isRecord(matchLabels) && Object.keys(matchLabels).length > 0 ? (matchLabels as Readonly<Record<string, string>>) : undefined;
  };
  const own = peers.filter(({ metadata }) => metadata.namespace === namespace);
  const workload = own.filter((peer) => {
    const wanted = selectorOf(peer);
    return wanted !== undefined && matchesLabels(wanted, labels);
  });
  for (const peer of workload) {
    const mode = modeOf(record(specOf(peer)['portLevelMtls'])[String(port)]);
    if (mode !== undefined) return mode === 'STRICT' ? titleOf(peer) : undefined;
  }
  const whole = (each: readonly KubernetesObject[]): readonly KubernetesObject[] => each.filter((peer) => selectorOf(peer) === undefined);
  const deciding = [...workload, ...whole(own), ...whole(peers.filter(({ metadata }) => metadata.namespace === ROOT))].find((peer) => modeOf(specOf(peer)['mtls']) !== undefined);
  return deciding && modeOf(specOf(deciding)['mtls']) === 'STRICT' ? titleOf(deciding) : undefined;
}

const titleOf = ({ metadata }: KubernetesObject): string => `PeerAuthentication ${metadata.namespace ?? ''}/${metadata.name}`;
