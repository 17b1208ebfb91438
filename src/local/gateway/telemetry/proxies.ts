import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { podKey } from '../configuration/endpoints.js';
import { workloadOf, type Workload } from '../configuration/workload.js';
import { renderMetrics, RequestMetrics } from './request-metrics.js';

/** One proxy as real Istio would have it: who it stands for, and what it counted. */
export interface ProxyIdentity {
  readonly workload: Workload;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly sent: RequestMetrics;
  readonly served: RequestMetrics;
}

export function createProxyIdentity(workload: Workload, namespace: string, labels: Readonly<Record<string, string>> = {}): ProxyIdentity {
  return { workload, namespace, labels, sent: new RequestMetrics('source'), served: new RequestMetrics('destination') };
}

export const metricsPage = (...proxies: readonly ProxyIdentity[]): string => renderMetrics(proxies.flatMap(({ sent, served }) => [sent, served]));

/** The sidecars of all Pods. What one counted goes with its Pod. */
export class Sidecars {
  readonly #byPod = new Map<string, { readonly uid: string; pod: Pod; identity: ProxyIdentity }>();

  /** Takes in the Pods that there are now. */
  update(pods: Iterable<Pod>): void {
    const present = new Set<string>();
    for (const pod of pods) {
      const key = podKey(pod.metadata.namespace, pod.metadata.name);
      present.add(key);
      const known = this.#byPod.get(key);
      if (known?.pod === pod) continue;
      const uid = pod.metadata.uid ?? '';
      const namespace = pod.metadata.namespace ?? 'default';
      const labels = pod.metadata.labels ?? {};
      const identity = known?.uid === uid ? { ...known.identity, labels } : createProxyIdentity(workloadOf(pod), namespace, labels);
      this.#byPod.set(key, { uid, pod, identity });
    }
    for (const key of this.#byPod.keys()) if (!present.has(key)) this.#byPod.delete(key);
  }

  /** @param pod `namespace/name` */
  of(pod: string | undefined): ProxyIdentity | undefined {
    return pod === undefined ? undefined : this.#byPod.get(pod)?.identity;
  }
}
