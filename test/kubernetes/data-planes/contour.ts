import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import { programPath } from '../lab/programs.js';
import type { XdsServer } from './envoy-bootstrap.js';
import { freePort } from './free-port.js';

/** Contour, which steers Envoys by one Gateway. */
export interface Contour {
  readonly process: LabProcess;
  readonly discovery: XdsServer;
  stop(): Promise<void>;
}

/** The `controllerName` of its GatewayClasses. */
export const CONTOUR_CONTROLLER = 'projectcontour.io/gateway-controller';

/** Contour adds this to the port of a listener of its Gateway. */
const LISTENER_OFFSET = 8000;

/** Where Envoy listens for a listener of the Gateway. @param port of the listener; below 57536 */
export const envoyPortOf = (port: number): number => port + LISTENER_OFFSET;

/** A port for a listener of the Gateway, for which Envoy's is free. */
export async function freeListenerPort(): Promise<number> {
  for (;;) {
    const port = (await freePort()) - LISTENER_OFFSET;
    if (port > 1024) return port;
  }
}

/** Starts Contour and waits until it has read the cluster. @param directory for its configuration and log */
export async function startContour(directory: string, kubeconfig: string, gateway: { readonly namespace: string; readonly name: string }, signal: AbortSignal): Promise<Contour> {
  const file = join(directory, 'contour.json');
  await writeFile(file, JSON.stringify({ gateway: { gatewayRef: gateway }, 'accesslog-format': 'envoy' }));
  const [discovery, health, metrics, debug, statistics] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
  const disabled = ['extensionservices', 'tlsroutes', 'tcproutes', 'backendtlspolicies'].map((feature) => `--disable-feature=${feature}`);
  const process = LabProcess.start({
    name: 'contour',
    path: programPath('contour'),
    args: [
      ...['serve', '--kubeconfig', kubeconfig, '--config-path', file, '--insecure', '--disable-leader-election', ...disabled],
      ...['--xds-address=127.0.0.1', `--xds-port=${discovery}`, '--health-address=127.0.0.1', `--health-port=${health}`],
      ...['--http-address=127.0.0.1', `--http-port=${metrics}`, '--debug-http-address=127.0.0.1', `--debug-http-port=${debug}`],
      ...['--stats-address=127.0.0.1', `--stats-port=${statistics}`, '--envoy-http-access-log=/dev/null', '--envoy-https-access-log=/dev/null'],
    ],
    log: join(directory, 'contour.log'),
  });
  try {
    await process.until('ready', async () => (await fetch(`http://127.0.0.1:${health}/healthz`, { signal })).ok, { signal });
  } catch (error) {
    await process.stop();
    throw error;
  }
  return { process, discovery: { host: '127.0.0.1', port: discovery, cluster: 'contour', aggregated: false }, stop: () => process.stop() };
}
