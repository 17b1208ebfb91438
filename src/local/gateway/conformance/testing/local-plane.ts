import type { HTTPRoute } from '../../../../kubernetes/generated/gateway-api-v1.js';
import type { DestinationRule, Gateway, VirtualService } from '../../../../kubernetes/generated/istio-v1.js';
import type { Ingress } from '../../../../kubernetes/generated/networking-v1.js';
import type { KubernetesObject } from '../../../../kubernetes/objects.js';
import { apiGateway, gatewayClass } from '../../testing/gateway-api-objects.js';
import { PORT, startMesh } from '../../testing/mesh.js';
import { endpointSlice, metadata, service, type PodState } from '../../testing/objects.js';
import type { GoldenDoor } from './asking.js';
import { Arrivals, echoProgram } from './echo-program.js';
import { apis, goldenCases, goldenGateway, type Api } from './golden-case.js';
import { goldenPrograms, goldenServices, ownServices } from './golden-services.js';

const namespace = 'default';
/** Those of Gateways, and the one of Ingresses. */
const ports: Readonly<Record<Api, number>> = { istio: 8991, 'gateway-api': 8992, 'ingress-nginx': 80 };

/** The local gateway with the objects of all cases, and the programs behind it. */
export async function startLocalPlane(): Promise<{ door(api: Api): GoldenDoor; problems: readonly string[]; stop(): Promise<void> }> {
  const mesh = await startMesh();
  const arrivals = new Arrivals();
  const pods: Record<string, PodState> = {};
  for (const name of goldenPrograms) {
    await mesh.addPod(name, name, echoProgram(name, arrivals), name);
    pods[name] = mesh.pod(name);
  }
  await mesh.stopServer('dead');
  for (const [index, [name, programs]] of Object.entries({ ...goldenServices, ...ownServices(apis.flatMap((api) => goldenCases(api))) }).entries()) {
    mesh.informers.services.remember(service(name, { http: 80 }, `10.96.0.${index + 1}`));
    mesh.informers.endpointSlices.remember(endpointSlice(name, 'http', PORT, programs.flatMap((program) => pods[program] ?? [])));
  }
  const { virtualServices, destinationRules, gateways } = mesh.informers;
  gateways.remember(filled(goldenGateway({ namespace, proxies: { istio: 'ingressgateway' }, port: ports.istio })) as Gateway);
  mesh.gatewayApi.gatewayClasses.remember(gatewayClass());
  mesh.gatewayApi.gateways.remember(apiGateway({ name: 'edge' }, [{ port: ports['gateway-api'] }]));
  for (const object of apis.flatMap((api) => goldenCases(api)).flatMap(({ objects }) => objects)) {
    const full = filled(object);
    if (object.kind === 'VirtualService') virtualServices.remember(full as VirtualService);
    else if (object.kind === 'DestinationRule') destinationRules.remember(full as DestinationRule);
    else if (object.kind === 'HTTPRoute') mesh.gatewayApi.httpRoutes.remember(full as HTTPRoute);
    else mesh.ingressNginx.ingresses.remember(full as Ingress);
  }
  await mesh.gateway.settled();
  return {
    door: (api) => ({ host: '127.0.0.1', port: mesh.ingressPort(ports[api]), listenerPort: ports[api], arrivals }),
    problems: mesh.problems,
    stop: () => mesh.stop(),
  };
}

/** With what an API server fills in. */
const filled = <T extends KubernetesObject>(object: T): T => ({ ...object, metadata: { ...metadata({ name: object.metadata.name ?? '' }), uid: `uid-${object.metadata.name ?? ''}`, ...object.metadata } });
