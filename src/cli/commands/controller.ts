import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { pino } from 'pino';
import { createClient } from '../../cluster/create-client.js';
import { inClusterTransport } from '../../cluster/in-cluster.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import { ControllerMetrics } from '../../controller/metrics/controller-metrics.js';
import { runController } from '../../controller/run-controller.js';
import { seenOf } from '../../approvals/seen.js';
import { startImages } from '../../images/start-images.js';
import { openAddressMap } from '../../local/addresses/cluster-addresses.js';
import type { FrontendName } from '../../frontends/names.js';
import { startNotifications } from '../../notifications/start-notifications.js';
import { frontends, FRONTENDS_HELP } from '../frontends-option.js';
import { withExamples } from '../output/examples.js';
import { listenAddress, type ListenAddress } from '../server/listen-address.js';
import { pageFinder } from '../server/page-finder.js';
import type { Shell } from '../shell.js';

interface ControllerOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly inCluster?: boolean;
  readonly install?: boolean;
  readonly leaseNamespace?: string;
  readonly watchNamespace?: string;
  readonly listen?: ListenAddress;
  readonly logLevel: string;
  readonly withoutConfig?: boolean;
  readonly localAddresses?: string;
  readonly readyFile?: string;
  readonly maxReleases?: number;
  readonly maxReleasesPerNamespace?: number;
  readonly frontends?: readonly FrontendName[];
  readonly prometheusAddress?: string;
  readonly pageUrl?: string;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

export function registerController(program: Command, shell: Shell): void {
  const command = program
    .command('controller')
    .option('--kubeconfig <file>', 'kubeconfig file (default: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--in-cluster', "use the Pod's own ServiceAccount")
    .option('--install', "put Serin's kinds and admission policy on the cluster first")
    .option('--watch-namespace <name>', 'work in this namespace only (default: in all)')
    .option('--lease-namespace <name>', "namespace of the Lease by which one controller of several leads (default: the Pod's own, else serin-system)")
    .option('--without-config', 'read no ConfigMaps and Secrets; policies with watchConfig are refused')
    .option('--listen <[host]:port>', 'serve /healthz, /readyz and /metrics there', listenAddress)
    .addOption(new Option('--log-level <level>', 'how much is logged, as JSON on the standard error').choices(LEVELS).env('SERIN_LOG_LEVEL').default('info'))
    .option('--max-releases <number>', 'how many releases may be under way at once (default: no limit)', counted)
    .option('--max-releases-per-namespace <number>', 'how many in one namespace (default: no limit)', counted)
    .option('--frontends <names>', FRONTENDS_HELP, frontends)
    .addOption(new Option('--prometheus-address <url>', 'the Prometheus that metrics of AnalysisTemplates ask where they name none').env('ARGO_ROLLOUTS_PROMETHEUS_ADDRESS').argParser(url))
    .addOption(new Option('--page-url <url>', "where the web page is, for links in notifications (default: of a local cluster, its own page)").argParser(url))
    .option('--local-addresses <directory>', 'the folder of a local cluster, whose Pods have addresses on this machine only')
    .option('--ready-file <file>', 'written when this process leads')
    .action((options: ControllerOptions) => controller(shell, options, program.version() ?? ''));
  withExamples(command, ['serin controller --kubeconfig ~/.kube/config --install']);
}

/** @throws InvalidArgumentError for what is no number of releases */
function counted(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It is a number of releases, at least 1.');
  return Number(text);
}

/** @throws InvalidArgumentError for what is no http or https URL */
function url(text: string): string {
  if (!/^https?:\/\/./.test(text) || !URL.canParse(text)) throw new InvalidArgumentError('It is a URL such as http://prometheus.monitoring:9090 or https://serin.example.com.');
  return text;
}

async function controller(shell: Shell, options: ControllerOptions, version: string): Promise<void> {
  const { clock, random, env } = shell;
  const log = pino({ name: 'serin', level: options.logLevel, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
  const metrics = new ControllerMetrics(clock, version);
  const { transport, namespace } = options.inCluster
    ? await inClusterTransport({ env, userAgent: 'serin-controller' })
    : await loadKubeconfig({
        env, clock, userAgent: 'serin-controller',
        ...(options.kubeconfig === undefined ? {} : { path: options.kubeconfig }),
        ...(options.context === undefined ? {} : { context: options.context }),
      });
  const addresses = options.localAddresses === undefined ? undefined : await openAddressMap(options.localAddresses);
  try {
    await runController(
      {
        client: createClient(metrics.counted(transport), { fieldManager: 'serin', clock, random }),
        clock, random, log, metrics,
        // A Pod's name, as whoever reads the Lease looks for.
        identity: `${env['HOSTNAME'] ?? hostname()}_${process.pid}_${randomBytes(4).toString('hex')}`,
        namespace: options.leaseNamespace ?? (options.inCluster ? namespace : 'serin-system'),
        ...(options.watchNamespace === undefined ? {} : { watchNamespace: options.watchNamespace }),
        ...(options.listen === undefined ? {} : { listen: options.listen }),
        resolve: (address, port) => addresses?.toSocketAddress(address, port) ?? { host: address, port },
        install: options.install ?? false,
        withoutConfig: options.withoutConfig ?? false,
        ...(options.frontends === undefined ? {} : { frontends: options.frontends }),
        ...(options.prometheusAddress === undefined ? {} : { prometheusAddress: options.prometheusAddress }),
        loops: [startNotifications({ seenOf, findPage: pageFinder(options) }), startImages],
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
