import { Command, InvalidArgumentError } from 'commander';
import { pino } from 'pino';
import { createClient } from '../../cluster/create-client.js';
import { createInformer } from '../../cluster/create-informer.js';
import type { RunningInformer } from '../../cluster/informer.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { openAddressMap } from '../addresses/cluster-addresses.js';
import { realAddresses } from '../addresses/real-addresses.js';
import { ingressClasses } from './configuration/ingress-nginx/ingress-class.js';
import { createGateway } from './gateway.js';

interface Flags {
  readonly kubeconfig?: string;
  readonly stateDirectory: string;
  readonly ingressPort: number;
  readonly seed?: number;
  readonly realAddresses?: true;
  readonly node?: string;
  readonly podRange?: string;
}

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('must be a whole number');
  return value;
};

const flags = new Command('serin-gateway')
  .description('The ingress gateway and every sidecar of a local cluster in one process')
  .option('--kubeconfig <file>', 'how to reach the API server')
  .requiredOption('--state-directory <directory>', 'where gateway.json and the addresses of the cluster are kept')
  .option('--ingress-port <port>', 'local port for port 80 of Gateways; 0 for any free one', wholeNumber, 0)
  .option('--seed <number>', 'of all draws; another one each time when absent', wholeNumber)
  .option('--node <name>', 'the node beside which this gateway stands, for the Pod istio-ingressgateway')
  .option('--pod-range <range>', 'addresses of Pods, such as 10.244.0.0/24; the first is that of the node')
  .option('--real-addresses', 'addresses of Pods and Services are those of real interfaces')
  .parse()
  .opts<Flags>();

const log = pino({ name: 'gateway' }, pino.destination({ fd: 2, sync: true }));
const stopped = new Promise<string>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
});

const random = seededRandom(flags.seed ?? systemClock.now() % 2 ** 31);
const { transport } = await loadKubeconfig({ env: process.env, ...(flags.kubeconfig === undefined ? {} : { path: flags.kubeconfig }) });
const client = createClient(transport, { fieldManager: 'serin-local-gateway', clock: systemClock, random });
const running: RunningInformer<KubernetesObject>[] = [];
const watch = <T extends KubernetesObject>(resource: Resource<T>): RunningInformer<T> => {
  const onError = (error: Error): void => log.debug({ resource: resource.plural, error: error.message }, 'watch interrupted');
  const informer = createInformer(client, resource, { clock: systemClock, random, onError });
  running.push(informer as unknown as RunningInformer<KubernetesObject>);
  return informer;
};

const secrets = watch(resources.secrets);
const gateway = await createGateway({
  client,
  informers: {
    virtualServices: watch(resources.virtualServices),
    destinationRules: watch(resources.destinationRules),
    gateways: watch(resources.gateways),
    services: watch(resources.services),
    endpointSlices: watch(resources.endpointSlices),
    pods: watch(resources.pods),
    gatewayApi: {
      gatewayClasses: watch(resources.gatewayClasses),
      gateways: watch(resources.gatewayApiGateways),
      httpRoutes: watch(resources.httpRoutes),
      grpcRoutes: watch(resources.grpcRoutes),
      referenceGrants: watch(resources.referenceGrants),
      secrets,
      namespaces: watch(resources.namespaces),
    },
    ingressNginx: { ingresses: watch(resources.ingresses), ingressClasses: watch(ingressClasses), secrets },
  },
  clock: systemClock,
  random,
  addresses: flags.realAddresses === true ? realAddresses : await openAddressMap(flags.stateDirectory),
  stateDirectory: flags.stateDirectory,
  ingressPort: flags.ingressPort,
  ...(flags.node === undefined || flags.podRange === undefined ? {} : { place: { nodeName: flags.node, address: flags.podRange.replace(/\d+\/\d+$/, '1') } }),
  onProblem: (message) => log.warn(message),
});
log.info(gateway.addresses, 'ready');

const signal = await stopped;
log.info({ signal }, 'draining');
await gateway.stop();
await Promise.all(running.map((informer) => informer.stop()));
await transport.stop();
