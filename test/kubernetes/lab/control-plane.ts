import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKubeconfig } from '../../../src/cluster/kubeconfig/load-kubeconfig.js';
import { issueCertificates } from './certificates.js';
import { LabProcess } from './lab-process.js';
import { networks, type LabNetwork } from './networks.js';
import type { ControlPlanePrograms } from './programs.js';
import { startStore, type LabStore } from './store.js';
import { writeUsers, type LabUserName } from './users.js';

export interface ControlPlaneOptions {
  readonly programs: ControlPlanePrograms;
  /** Whose addresses Services and Pods get. */
  readonly network?: LabNetwork;
  /** Beside those that are on by default. */
  readonly admissionPlugins?: readonly string[];
  readonly withoutAdmissionPlugins?: readonly string[];
  /** Instead of all controllers. */
  readonly controllers?: readonly string[];
  readonly scheduler?: boolean;
  /** More flags of the API server. */
  readonly apiServerFlags?: readonly string[];
  /** More flags of the controller manager. */
  readonly controllerManagerFlags?: readonly string[];
}

/** A real control plane in a folder of its own. */
export interface ControlPlane {
  readonly directory: string;
  readonly network: LabNetwork;
  readonly server: string;
  /** The certificate of the authority that vouches for the API server, PEM. */
  readonly authority: string;
  readonly kubeconfigs: Readonly<Record<LabUserName, string>>;
  /** The processes that run now, to be killed, frozen and started again by tests of their own planes. */
  readonly processes: { store: LabProcess; apiServer: LabProcess; controllerManager: LabProcess; scheduler: LabProcess | undefined };
  /** Starts a process again that has ended, and waits until it serves. */
  restart(which: 'store' | 'apiServer' | 'controllerManager' | 'scheduler', signal: AbortSignal): Promise<void>;
  /** Compacts the store's history away, up to the present. */
  compact(): Promise<void>;
  /** Ends everything and removes the folder. */
  stop(): Promise<void>;
}

/** Starts the programs, which answer when this resolves. @throws Error with the log of the one that does not */
export async function startControlPlane(options: ControlPlaneOptions, signal: AbortSignal): Promise<ControlPlane> {
  const { programs, network = networks.shared } = options;
  const directory = await mkdtemp(join(tmpdir(), 'serin-lab-'));
  const running = new Set<LabProcess>();
  const stop = async (): Promise<void> => {
    // Clients first, or they wait for the servers that are gone.
    for (const each of [...running].reverse()) await each.stop();
    await rm(directory, { recursive: true, force: true });
  };
  const started = (process: LabProcess): LabProcess => {
    running.add(process);
    return process;
  };
  try {
    const server = `https://${network.apiServer}`;
    const certificates = await issueCertificates(directory, network.apiServer);
    const { tokens, kubeconfigs } = await writeUsers(directory, { server, authority: certificates.authority });

    const newStore = async (until: AbortSignal): Promise<LabStore> => {
      const each = await startStore(programs.etcd, directory, until);
      started(each.process);
      return each;
    };
    let store = await newStore(signal);

    const newApiServer = async (until: AbortSignal): Promise<LabProcess> => {
      const process = started(LabProcess.start({ name: 'kube-apiserver', path: programs.apiServer, args: apiServerArguments(options, network, store.address, certificates, tokens), log: join(directory, 'kube-apiserver.log') }));
      const { transport } = await loadKubeconfig({ env: {}, path: kubeconfigs.admin });
      try {
        await process.until('ready', async () => (await transport.request({ method: 'GET', path: '/readyz' })).status === 200, { signal: until });
      } finally {
        await transport.stop();
      }
      return process;
    };

    const newControllerManager = (): LabProcess =>
      started(
        LabProcess.start({
          name: 'kube-controller-manager',
          path: programs.controllerManager,
          args: [
            ...['--kubeconfig', kubeconfigs.controllerManager, '--leader-elect=false', '--secure-port=0', '--profiling=false'],
            ...['--service-account-private-key-file', certificates.serviceAccountKeyFile, '--root-ca-file', certificates.authorityFile],
            // As patient as on a cluster, but with room for tests beside each other.
            ...['--kube-api-qps=200', '--kube-api-burst=400', `--controllers=${(options.controllers ?? ['*']).join(',')}`],
            ...(options.controllerManagerFlags ?? []),
          ],
          log: join(directory, 'kube-controller-manager.log'),
        }),
      );

    const newScheduler = (): LabProcess =>
      started(
        LabProcess.start({
          name: 'kube-scheduler',
          path: programs.scheduler,
          args: ['--kubeconfig', kubeconfigs.scheduler, '--leader-elect=false', '--secure-port=0', '--profiling=false', '--kube-api-qps=200', '--kube-api-burst=400'],
          log: join(directory, 'kube-scheduler.log'),
        }),
      );

    const processes: ControlPlane['processes'] = {
      store: store.process,
      apiServer: await newApiServer(signal),
      controllerManager: newControllerManager(),
      scheduler: options.scheduler === false ? undefined : newScheduler(),
    };
    return {
      directory, network, server, kubeconfigs, processes, stop,
      authority: certificates.authority,
      compact: () => store.compact(),
      async restart(which, until) {
        if (which === 'store') {
          store = await newStore(until);
          processes.store = store.process;
        } else if (which === 'apiServer') processes.apiServer = await newApiServer(until);
        else if (which === 'controllerManager') processes.controllerManager = newControllerManager();
        else processes.scheduler = newScheduler();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function apiServerArguments(
  { admissionPlugins = [], withoutAdmissionPlugins = [], apiServerFlags = [] }: ControlPlaneOptions,
  network: LabNetwork,
  store: string,
  certificates: Awaited<ReturnType<typeof issueCertificates>>,
  tokens: string,
): string[] {
  return [
    ...['--etcd-servers', store, '--service-cluster-ip-range', network.services],
    // The address that Pods find in the Service variables: no proxy has to lead to it.
    ...['--bind-address', network.apiServer, '--secure-port=443', '--advertise-address', network.apiServer, '--endpoint-reconciler-type=none'],
    ...['--tls-cert-file', certificates.certificateFile, '--tls-private-key-file', certificates.keyFile],
    ...['--token-auth-file', tokens, '--authorization-mode=Node,RBAC', '--profiling=false', '--allow-privileged=true'],
    ...['--service-account-issuer=https://kubernetes.default.svc', '--service-account-key-file', certificates.serviceAccountKeyFile],
    ...['--service-account-signing-key-file', certificates.serviceAccountKeyFile],
    ...(admissionPlugins.length === 0 ? [] : [`--enable-admission-plugins=${admissionPlugins.join(',')}`]),
    ...(withoutAdmissionPlugins.length === 0 ? [] : [`--disable-admission-plugins=${withoutAdmissionPlugins.join(',')}`]),
    ...apiServerFlags,
  ];
}
