import { ControllerMetrics } from '../../src/controller/metrics/controller-metrics.js';
import type { Release, ReleaseStatus } from '../../src/model/release.js';
import { API_VERSION } from '../../src/model/resources.js';
import { VirtualClock } from '../../src/ports/virtual-clock.js';
import type { ApiRequest } from '../../src/ports/transport.js';

/** How the API server answers; none: not at all. */
export type Answer = number | 'none';

/** The metrics of a controller, in Serin's own code; what happens to it is told to it. */
export class ScrapedController {
  /** What Prometheus says of whom it asked. */
  readonly labels: Readonly<Record<string, string>>;
  readonly metrics = new ControllerMetrics(new VirtualClock(), '0.0.0');
  /** Whether there is a Pod that can be asked. */
  isUp = true;
  leads: boolean;
  ready = true;
  queueDepth = 0;
  refusedPolicies = 0;
  /** How all is answered that it asks by itself while it leads. */
  answer: Answer | 'not asked' = 200;
  readonly #transport;
  #next: Answer = 200;

  constructor({ namespace, pod, leads }: { readonly namespace: string; readonly pod: string; readonly leads: boolean }) {
    this.labels = { namespace, pod };
    this.leads = leads;
    this.metrics.observe({
      phases: () => ({ policies: { Resting: 20, Refused: this.refusedPolicies }, releases: { Progressing: 2 } }),
      queueDepth: () => this.queueDepth, oldestSample: () => 0, isLeading: () => this.leads, isReady: () => this.ready,
    });
    this.#transport = this.metrics.counted({
      request: () => (this.#next === 'none' ? Promise.reject(new Error('connection reset')) : Promise.resolve({ status: this.#next, headers: {}, body: '' })),
      stream: () => Promise.reject(new Error('nobody watches here')),
    });
  }

  /** Sends a request to the API server. */
  async ask(answer: Answer, { method, path }: Pick<ApiRequest, 'method' | 'path'> = { method: 'GET', path: '/api/v1/namespaces/shop/pods/web-1' }): Promise<void> {
    this.#next = answer;
    await this.#transport.request({ method, path }).catch(() => undefined);
  }

  /** Tells of a release that has ended. @param abortReason why it was taken back; of none: it was completed */
  ended(abortReason?: ReleaseStatus['abortReason'], strategy: Release['spec']['strategy'] = 'canary'): void {
    this.metrics.ended({
      apiVersion: API_VERSION, kind: 'Release', metadata: { name: 'web-1', namespace: 'shop' },
      spec: { policy: 'web', strategy } as Release['spec'],
      status: { ...(abortReason === undefined ? { phase: 'Completed' } : { phase: 'Aborted', abortReason }), startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:01:30Z' } as ReleaseStatus,
    });
  }
}
