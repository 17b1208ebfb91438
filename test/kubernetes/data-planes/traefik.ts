import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import { programPath } from '../lab/programs.js';
import { freePort } from './free-port.js';

/** Traefik with its providers for the Gateway API and for the annotations of ingress-nginx. */
export interface Traefik {
  readonly process: LabProcess;
  /** `http://127.0.0.1:<port>`, where both providers' routes are served. */
  readonly url: string;
  readonly port: number;
  /** What it has made of what it found, as `/api/rawdata` shows it. */
  rawData(): Promise<unknown>;
  stop(): Promise<void>;
}

/** The `controllerName` of its GatewayClasses, and the `controller` of the IngressClasses that it takes for ingress-nginx's. */
export const traefikControllers = { gatewayApi: 'traefik.io/gateway-controller', ingressNginx: 'k8s.io/ingress-nginx' } as const;

/** Starts Traefik and waits until it has read the cluster. @param directory for its log */
export async function startTraefik(directory: string, kubeconfig: string, signal: AbortSignal): Promise<Traefik> {
  const [port, api] = [await freePort(), await freePort()];
  const process = LabProcess.start({
    name: 'traefik',
    path: programPath('traefik'),
    args: [
      ...[`--entryPoints.web.address=127.0.0.1:${port}`, `--entryPoints.traefik.address=127.0.0.1:${api}`],
      ...['--api.insecure=true', '--ping=true', '--global.checkNewVersion=false', '--global.sendAnonymousUsage=false', '--log.level=INFO'],
      // How long it takes a changed cluster for one that still changes.
      '--providers.providersThrottleDuration=100ms',
      ...['--providers.kubernetesGateway=true', '--providers.kubernetesGateway.statusAddress.ip=127.0.0.1'],
      ...['--providers.kubernetesIngressNGINX=true', '--providers.kubernetesIngressNGINX.httpEntryPoint=web', '--providers.kubernetesIngressNGINX.publishStatusAddress=127.0.0.1'],
    ],
    env: { KUBECONFIG: kubeconfig },
    log: join(directory, 'traefik.log'),
  });
  try {
    await process.until('ready', async () => (await fetch(`http://127.0.0.1:${api}/ping`, { signal })).ok, { signal });
  } catch (error) {
    await process.stop();
    throw error;
  }
  return {
    process, port,
    url: `http://127.0.0.1:${port}/`,
    rawData: async () => (await fetch(`http://127.0.0.1:${api}/api/rawdata`, { signal: AbortSignal.timeout(30_000) })).json(),
    stop: () => process.stop(),
  };
}
