import { randomUUID } from 'node:crypto';
import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { Informer } from '../../cluster/informer.js';
import type { Namespace, Pod, Secret, Service } from '../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../kubernetes/generated/discovery-v1.js';
import type { Gateway as GatewayApiGateway, GatewayClass, GRPCRoute, HTTPRoute } from '../../kubernetes/generated/gateway-api-v1.js';
import type { ReferenceGrant } from '../../kubernetes/generated/gateway-api-v1beta1.js';
import type { DestinationRule, Gateway as GatewayObject, VirtualService } from '../../kubernetes/generated/istio-v1.js';
import type { Ingress, IngressClass } from '../../kubernetes/generated/networking-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import type { AddressMap } from '../addresses/address-map.js';
import { readIngressPorts, writeAddresses, type GatewayAddresses } from './address-file.js';
import type { Snapshot } from './configuration/configuration.js';
import { GATEWAY_CLASS } from './configuration/gateway-api/objects.js';
import { ingressWorkload, nginxWorkload } from './configuration/workload.js';
import { CLASS_NAME } from './configuration/ingress-nginx/ingress-class.js';
import { GatewayApiStatusWriter } from './gateway-api-status.js';
import { INGRESS_POD_PORT, ingressPodName, ingressService, type IngressPlace } from './ingress-pod.js';
import { IngressPodWriter } from './ingress-pod-writer.js';
import { IngressStatusWriter } from './ingress-status.js';
import { DataPlane } from './proxy/data-plane.js';
import { Listeners } from './proxy/listeners.js';
import { DEFAULT_INGRESS_PORT, INGRESS_METRICS_KEY, ingressKey, SECURE_INGRESS_PORT, wantedListeners } from './proxy/wanted-listeners.js';
import { StatusWriter } from './status-writer.js';
import { createProxyIdentity } from './telemetry/proxies.js';

/** What the gateway reads; all namespaces. Whoever made them stops them. */
export interface GatewayInformers {
  readonly virtualServices: Informer<VirtualService>;
  readonly destinationRules: Informer<DestinationRule>;
  readonly gateways: Informer<GatewayObject>;
  readonly services: Informer<Service>;
  readonly endpointSlices: Informer<EndpointSlice>;
  readonly pods: Informer<Pod>;
  /** Gateway API; without them it is left out. */
  readonly gatewayApi?: GatewayApiInformers;
  /** Ingresses; without them they are left out. */
  readonly ingressNginx?: IngressNginxInformers;
}

/** What Ingresses are read from, besides Services. */
export interface IngressNginxInformers {
  readonly ingresses: Informer<Ingress>;
  readonly ingressClasses: Informer<IngressClass>;
  readonly secrets: Informer<Secret>;
}

/** What Gateway API is read from, besides Services. */
export interface GatewayApiInformers {
  readonly gatewayClasses: Informer<GatewayClass>;
  readonly gateways: Informer<GatewayApiGateway>;
  readonly httpRoutes: Informer<HTTPRoute>;
  readonly grpcRoutes: Informer<GRPCRoute>;
  readonly referenceGrants: Informer<ReferenceGrant>;
  readonly secrets: Informer<Secret>;
  readonly namespaces: Informer<Namespace>;
}

export interface GatewayOptions {
  /** For the status of routing objects; nothing else is written. */
  readonly client: ClusterClient;
  readonly informers: GatewayInformers;
  readonly clock: Clock;
  readonly random: Random;
  readonly addresses: AddressMap;
  /** Holds `gateway.json`. */
  readonly stateDirectory: string;
  /** Local port for what Gateways call port 80; 0 for the one of the last run, or any free one. */
  readonly ingressPort?: number;
  /** As which Pod requests from outside are taken in, where a Gateway asks for it; as none when absent. */
  readonly place?: IngressPlace;
  readonly onProblem?: (message: string) => void;
  readonly requestId?: () => string;
}

export interface Gateway {
  readonly addresses: GatewayAddresses;
  /** Resolves when all that the informers held at the time of the call is in force, listeners included. */
  settled(): Promise<void>;
  /** Lets requests under way end, for `graceMilliseconds` (10,000) at most, then closes everything. */
  stop(graceMilliseconds?: number): Promise<void>;
}

const INGRESS_HOST = '127.0.0.1';
/** Milliseconds until an address that could not be bound is tried again. */
const REBIND_AFTER = 1_000;

/** Starts the local ingress gateway and the sidecars of all Pods. Resolves when everything that was listed is in force. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { client, informers, clock, random, addresses, stateDirectory, onProblem = () => undefined } = options;
  const plane = new DataPlane({ clock, random, addresses, requestId: options.requestId ?? randomUUID });
  const status = new StatusWriter(client, clock, plane.refusals, (problem) => onProblem(`status not written: ${problem.message}`));
  const gatewayApiStatus = new GatewayApiStatusWriter(client, clock, INGRESS_HOST, (problem) => onProblem(`status not written: ${problem.message}`));
  const ingressStatus = new IngressStatusWriter(client, clock, INGRESS_HOST, (problem) => onProblem(`status not written: ${problem.message}`));
  const { place } = options;
  const ingressPods = place && new IngressPodWriter(client, clock, place, (problem) => onProblem(`the gateway's Pod and Service are not there: ${problem.message}`));
  const remembered = await readIngressPorts(stateDirectory);
  const listeners = new Listeners((key, problem) => {
    // A port of the last run may be someone else's by now.
    const port = /^ingress (\d+)$/.exec(key)?.[1];
    if (port !== undefined) remembered.delete(Number(port));
    onProblem(`cannot listen for ${key}: ${problem.message}`);
  });
  const ingress = {
    identity: createProxyIdentity(ingressWorkload, ingressWorkload.namespace, { istio: 'ingressgateway', app: 'istio-ingressgateway' }),
    nginxIdentity: createProxyIdentity(nginxWorkload, nginxWorkload.namespace),
    host: INGRESS_HOST,
    ...(place === undefined ? {} : { pod: addresses.toSocketAddress(place.address, INGRESS_POD_PORT) }),
    localPort: (port: number): number => {
      const asked = port === DEFAULT_INGRESS_PORT ? (options.ingressPort ?? 0) : 0;
      return asked === 0 ? (remembered.get(port) ?? 0) : asked;
    },
  };

  let published = '';
  const currentAddresses = (): GatewayAddresses => {
    const ports = [...new Set([DEFAULT_INGRESS_PORT, SECURE_INGRESS_PORT, ...plane.configuration.outside.flatMap((product) => [...(product.ports ?? []), ...(product.securePorts ?? [])])])];
    const at = (key: string): { host: string; port: number } | undefined => {
      const listener = listeners.get(key);
      return listener && { host: listener.host, port: listener.port };
    };
    const open = ports.flatMap((port) => {
      const address = at(ingressKey(port));
      return address ? [[String(port), address] as const] : [];
    });
    return { ingress: Object.fromEntries(open), metrics: at(INGRESS_METRICS_KEY) ?? { host: INGRESS_HOST, port: 0 } };
  };
  const publish = async (): Promise<void> => {
    const text = JSON.stringify(currentAddresses());
    if (text === published) return;
    await writeAddresses(stateDirectory, currentAddresses());
    published = text;
  };

  const stopping = new AbortController();
  let inForce = snapshotOf(informers);
  let applied = false;
  /** At once, so that requests never wait for listeners, files or the API server. */
  const apply = (): void => {
    if (applied) return;
    applied = true;
    inForce = snapshotOf(informers);
    plane.apply(inForce);
  };
  const reportGatewayApi = (): void => {
    const classes = informers.gatewayApi?.gatewayClasses;
    if (classes === undefined) return;
    const portProblem = (port: number): string | undefined => (listeners.get(ingressKey(port)) ? undefined : `the local gateway does not listen for port ${port} yet`);
    const hasClass = classes.synced ? classes.list().some(({ metadata }) => metadata.name === GATEWAY_CLASS) : undefined;
    gatewayApiStatus.report(plane.configuration.gatewayApi, portProblem, hasClass);
  };
  const reportIngresses = (): void => {
    const classes = informers.ingressNginx?.ingressClasses;
    if (classes === undefined) return;
    const hasClass = classes.synced ? classes.list().some(({ metadata }) => metadata.name === CLASS_NAME) : undefined;
    ingressStatus.report(plane.configuration.ingressNginx, hasClass);
  };
  const keepIngressPod = (): void => {
    if (place === undefined || plane.configuration.ingress.ports.length === 0) return;
    const of = <T extends KubernetesObject>(objects: readonly T[], { name, namespace = '' }: { name?: string; namespace?: string }): T | undefined =>
      objects.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    ingressPods?.report({ pod: of(inForce.pods, ingressPodName(place)), service: of(inForce.services, ingressService.metadata) });
  };
  /** Brings all else in line with what is in force. @returns false when a listener is missing */
  const follow = async (): Promise<boolean> => {
    apply();
    const { virtualServices, destinationRules, gateways } = inForce;
    const complete = await listeners.reconcile(wantedListeners(plane, ingress));
    await publish();
    status.report([...virtualServices, ...destinationRules, ...gateways]);
    reportGatewayApi();
    reportIngresses();
    keepIngressPod();
    return complete;
  };

  let dirty = false;
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (dirty && !stopping.signal.aborted) {
      dirty = false;
      const complete = await follow().catch((error: unknown) => {
        onProblem(error instanceof Error ? error.message : String(error));
        return false;
      });
      if (complete || dirty) continue;
      void clock.sleep(REBIND_AFTER, stopping.signal).then(changed, () => undefined);
    }
  };
  const changed = (): void => {
    // Many changes often come together: they are put in force together, once the present turn of events is over.
    if (applied || !dirty) setImmediate(apply);
    applied = false;
    dirty = true;
    running ??= Promise.resolve()
      .then(run)
      .finally(() => {
        running = undefined;
        if (dirty && !stopping.signal.aborted) changed();
      });
  };

  const { gatewayApi, ingressNginx, ...others } = informers;
  const all: Informer<KubernetesObject>[] = [...Object.values(others), ...(gatewayApi ? Object.values(gatewayApi) : []), ...(ingressNginx ? Object.values(ingressNginx) : [])];
  await Promise.all(all.map((informer) => untilKnown(client, informer)));
  const unsubscribe = all.map((informer) => informer.onChange(changed));
  // An empty first list is no change, but it says that the kind is known now.
  gatewayApi?.gatewayClasses.untilSynced(stopping.signal).then(changed, () => undefined);
  ingressNginx?.ingressClasses.untilSynced(stopping.signal).then(changed, () => undefined);
  const settled = async (): Promise<void> => {
    changed();
    while (running) await running;
  };
  await settled();

  return {
    get addresses() {
      return currentAddresses();
    },
    settled,
    async stop(graceMilliseconds = 10_000) {
      for (const each of unsubscribe) each();
      plane.draining = true;
      const deadline = new AbortController();
      const cancel = plane.after(graceMilliseconds, () => deadline.abort());
      stopping.abort();
      await running;
      await listeners.stop(deadline.signal);
      cancel();
      await Promise.all([status.stop(), gatewayApiStatus.stop(), ingressStatus.stop(), ingressPods?.stop(), plane.stop()]);
    },
  };
}

/** Resolves when the first list is in, or when the API has no such kind: Istio's may be missing, or come later. */
async function untilKnown(client: ClusterClient, informer: Informer<KubernetesObject>): Promise<void> {
  if (informer.synced) return;
  const synced = informer.untilSynced();
  const isAbsent = await client.list(informer.resource).then(
    () => false,
    (error: unknown) => isNotFound(error),
  );
  if (!isAbsent) await synced;
  else synced.catch(() => undefined);
}

function snapshotOf(informers: GatewayInformers): Snapshot {
  return {
    virtualServices: informers.virtualServices.list(),
    destinationRules: informers.destinationRules.list(),
    gateways: informers.gateways.list(),
    services: informers.services.list(),
    endpointSlices: informers.endpointSlices.list(),
    pods: informers.pods.list(),
    ...(informers.gatewayApi ? { gatewayApi: gatewayApiObjects(informers.gatewayApi) } : {}),
    ...(informers.ingressNginx
      ? {
          ingressNginx: {
            ingresses: informers.ingressNginx.ingresses.list(),
            ingressClasses: informers.ingressNginx.ingressClasses.list(),
            secrets: informers.ingressNginx.secrets.list(),
          },
        }
      : {}),
  };
}

function gatewayApiObjects(informers: GatewayApiInformers): NonNullable<Snapshot['gatewayApi']> {
  return {
    gatewayClasses: informers.gatewayClasses.list(),
    gateways: informers.gateways.list(),
    httpRoutes: informers.httpRoutes.list(),
    grpcRoutes: informers.grpcRoutes.list(),
    referenceGrants: informers.referenceGrants.list(),
    secrets: informers.secrets.list(),
    namespaces: informers.namespaces.list(),
  };
}
