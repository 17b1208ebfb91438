import { resources } from '../../../../src/kubernetes/resources.js';
import type { Transport } from '../../../../src/ports/transport.js';
import { ApiProxy } from '../../lab/api-proxy.js';
import type { KwokLab } from '../../lab/kwok-lab.js';
import type { LabProcess } from '../../lab/lab-process.js';
import { startSerinController, type SerinControllerOptions } from '../../lab/serin-controller.js';
import { persistently } from './persistence.js';

const START_MILLISECONDS = 240_000;
const leases = resources.leases;

/** A controller for one namespace alone, which can be killed and started again, behind a proxy of its own. */
export class ControllerFor {
  readonly #lab: KwokLab;
  readonly #namespace: string;
  readonly #proxy: ApiProxy;
  #options: SerinControllerOptions;
  #process: LabProcess | undefined;
  #starts = 0;

  private constructor(lab: KwokLab, namespace: string, proxy: ApiProxy, options: SerinControllerOptions) {
    this.#lab = lab;
    this.#namespace = namespace;
    this.#proxy = proxy;
    this.#options = options;
  }

  /** Starts nothing yet but the proxy. */
  static async open(lab: KwokLab, namespace: string, wrap?: (inner: Transport) => Transport, options: SerinControllerOptions = {}): Promise<ControllerFor> {
    return new ControllerFor(lab, namespace, await ApiProxy.start(lab.plane, wrap), options);
  }

  get process(): LabProcess {
    if (!this.#process) throw new Error(`the controller for ${this.#namespace} was not started`);
    return this.#process;
  }

  async start(options: SerinControllerOptions = {}): Promise<void> {
    this.#options = { ...this.#options, ...options };
    const { plane } = this.#lab;
    const name = `serin-${this.#namespace}-${this.#starts++}`;
    const cluster = { directory: plane.directory, kubeconfig: plane.kubeconfigs.admin, through: this.#proxy.url };
    this.#process = await startSerinController(cluster, AbortSignal.timeout(START_MILLISECONDS), { name, leaseNamespace: this.#namespace, watchNamespace: this.#namespace, ...this.#options });
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** Takes its Lease away, so that the next one need not wait until it has run out. */
  async dropLease(): Promise<void> {
    const name = { namespace: this.#options.leaseNamespace ?? this.#namespace, name: 'serin' };
    if (await persistently(() => this.#lab.client.find(leases, name))) await persistently(() => this.#lab.client.delete(leases, name));
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    await this.#proxy.stop();
  }
}
