import { createClient } from '../../cluster/create-client.js';
import { createEventRecorder } from '../../cluster/event-recorder.js';
import { createInformer } from '../../cluster/create-informer.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { openAddressMap } from '../addresses/cluster-addresses.js';
import { realAddresses } from '../addresses/real-addresses.js';
import { ImageTable } from './images/image-table.js';
import { NodeAgent } from './node-agent.js';
import { NODE_USAGE, parseNodeOptions, type NodeOptions } from './node-options.js';
import { PodAddressPool } from './pods/pod-address-pool.js';
import { KUBERNETES_BACK_OFF } from './pods/restart-back-off.js';
import { ContainerLogs, LOG_LIMITS } from './processes/container-logs.js';
import { ProcessRecords } from './processes/process-records.js';
import { machineCapacity } from './registration/node-object.js';
import { NodeRegistration } from './registration/node-registration.js';
import { detectMountMode } from './volumes/mount-mode.js';

/** What a Pod's processes get when the node itself is told to end. */
const SHUTDOWN_GRACE_SECONDS = 5;

const MEASURE_MILLISECONDS = 5_000;

async function main(options: NodeOptions): Promise<void> {
  const records = new ProcessRecords(options.stateDirectory);
  if (options.endProcesses) {
    await records.endAll(systemClock);
    return;
  }
  const mounts = await detectMountMode(options.mounts, options.stateDirectory);
  const { transport } = await loadKubeconfig({ env: process.env, path: options.kubeconfig });
  const client = createClient(transport, { fieldManager: 'kubelet' });
  const onError = (error: Error): void => console.error(error.message);
  const pods = createInformer(client, resources.pods, { fieldSelector: `spec.nodeName=${options.name}`, onError });
  const services = createInformer(client, resources.services, { onError });
  const configMaps = createInformer(client, resources.configMaps, { onError });
  const secrets = createInformer(client, resources.secrets, { onError });
  const pool = new PodAddressPool(options.podRange);
  const agent = new NodeAgent({
    name: options.name,
    pods,
    services,
    configMaps,
    secrets,
    measureEvery: MEASURE_MILLISECONDS,
    registration: new NodeRegistration(client, systemClock, { name: options.name, address: pool.node, podRange: options.podRange }),
    shared: {
      client,
      clock: systemClock,
      images: new ImageTable(options.images),
      records,
      logs: new ContainerLogs(options.logDirectory),
      logLimits: LOG_LIMITS,
      events: createEventRecorder({ client, component: 'kubelet', instance: options.name, clock: systemClock }),
      addresses: options.realAddresses ? realAddresses : await openAddressMap(options.addressesDirectory),
      pool,
      servicesOf: (namespace) => services.list({ namespace }),
      allocatable: machineCapacity(),
      backOff: KUBERNETES_BACK_OFF,
      mounts,
      stateDirectory: options.stateDirectory,
    },
  });

  const abort = new AbortController();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    abort.abort(new Error('stopped'));
    stopping ??= agent
      .stop(SHUTDOWN_GRACE_SECONDS)
      .then(() => Promise.all([pods, services, configMaps, secrets].map((informer) => informer.stop())))
      .then(() => transport.stop());
    return stopping;
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(0), fail));
  }
  // Processes must not outlive a node that breaks.
  process.once('uncaughtException', (error) => {
    console.error(error);
    void stop().finally(() => process.exit(1));
  });
  try {
    await agent.start(abort.signal);
    console.error(`node ${options.name} is ready: Pods ${options.podRange}`);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  }
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

if (process.argv.includes('--help')) {
  console.log(NODE_USAGE);
} else {
  await Promise.resolve().then(() => main(parseNodeOptions(process.argv.slice(2)))).catch(fail);
}
