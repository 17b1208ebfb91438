import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { pino } from 'pino';
import { createClient } from '../../cluster/create-client.js';
import { inClusterTransport } from '../../cluster/in-cluster.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import { runController } from '../../controller/run-controller.js';
import { openAddressMap } from '../../local/addresses/cluster-addresses.js';
import { withExamples } from '../output/examples.js';
import type { Shell } from '../shell.js';

interface ControllerOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly inCluster?: boolean;
  readonly install?: boolean;
  readonly leaseNamespace: string;
  readonly localAddresses?: string;
  readonly readyFile?: string;
  readonly maxReleases?: number;
  readonly maxReleasesPerNamespace?: number;
}

export function registerController(program: Command, shell: Shell): void {
  const command = program
    .command('controller')
    .option('--kubeconfig <file>', 'kubeconfig file (default: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--in-cluster', "use the Pod's own ServiceAccount")
    .option('--install', "put Serin's kinds and admission policy on the cluster first")
    .option('--lease-namespace <name>', 'namespace of the Lease by which one controller of several leads', 'serin-system')
    .option('--max-releases <number>', 'how many releases may be under way at once (default: no limit)', counted)
    .option('--max-releases-per-namespace <number>', 'how many in one namespace (default: no limit)', counted)
    .option('--local-addresses <directory>', 'the folder of a local cluster, whose Pods have addresses on this machine only')
    .option('--ready-file <file>', 'written when this process leads')
    .action((options: ControllerOptions) => controller(shell, options));
  withExamples(command, ['serin controller --kubeconfig ~/.kube/config --install']);
}

/** @throws InvalidArgumentError for what is no number of releases */
function counted(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It is a number of releases, at least 1.');
  return Number(text);
}

async function controller(shell: Shell, options: ControllerOptions): Promise<void> {
  const { clock, random, env } = shell;
  const log = pino({ name: 'serin', level: env['SERIN_LOG_LEVEL'] ?? 'info' }, pino.destination({ dest: 2, sync: true }));
  const { transport } = options.inCluster
    ? await inClusterTransport({ env })
    : await loadKubeconfig({
        env, clock, userAgent: 'serin-controller',
        ...(options.kubeconfig === undefined ? {} : { path: options.kubeconfig }),
        ...(options.context === undefined ? {} : { context: options.context }),
      });
  const addresses = options.localAddresses === undefined ? undefined : await openAddressMap(options.localAddresses);
  try {
    await runController(
      {
        client: createClient(transport, { fieldManager: 'serin', clock, random }),
        clock, random, log,
        identity: `${hostname()}_${process.pid}_${randomBytes(4).toString('hex')}`,
        namespace: options.leaseNamespace,
        resolve: (address, port) => addresses?.toSocketAddress(address, port) ?? { host: address, port },
        install: options.install ?? false,
        limits: { cluster: options.maxReleases, namespace: options.maxReleasesPerNamespace },
        onLeading: () => {
          if (options.readyFile !== undefined) writeFileSync(options.readyFile, `${JSON.stringify({ pid: process.pid })}\n`);
        },
      },
      shell.signal,
    );
  } finally {
    await transport.stop();
  }
}
