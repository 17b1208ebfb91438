import type { CustomResourceDefinition } from '../../../../src/kubernetes/generated/apiextensions-v1.js';
import { timestamp } from '../../../../src/kubernetes/conditions.js';
import type { Pod } from '../../../../src/kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import type { ReleasePolicy } from '../../../../src/model/release-policy.js';
import { systemClock } from '../../../../src/ports/clock.js';
import { deployment } from '../../../driver/program.js';
import { placed, webOn } from '../../../driver/stage.js';
import { isReady } from '../../../driver/witness.js';
import type { LabStage } from '../../lab/lab-stage.js';

const podMetrics: Resource<KubernetesObject> = { group: 'metrics.k8s.io', version: 'v1beta1', kind: 'PodMetrics', plural: 'pods', namespaced: true };

/** Metrics of Pods as objects that somebody writes: to who reads them they look like those of a metrics server. */
export const metricsDefinition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'pods.metrics.k8s.io', annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
  spec: {
    group: 'metrics.k8s.io', scope: 'Namespaced', names: { kind: 'PodMetrics', listKind: 'PodMetricsList', plural: 'pods', singular: 'pod' },
    versions: [{ name: 'v1beta1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
};

/** What a Pod requests, and what all Pods together use, in thousandths of a processor. */
const REQUESTED = 1000;
const USED = 2000;

/** Seconds. */
const PATIENCE = 180;

/** How much of what it requests a Pod is to use, in per cent, so that there are so many. */
const utilizationFor = (replicas: number): number => (100 * USED) / (REQUESTED * replicas);

/**
 * The program with an autoscaler that first wants four Pods. The load stays the same and goes to all ready Pods alike; how busy
 * they are to be changes, because that is one write: metrics that are half old and half new have it take a number that it keeps.
 */
export class Autoscaled {
  readonly #stage: LabStage;
  /** What was written last, by the name of the Pod. */
  readonly #measured = new Map<string, string>();
  readonly #stopping = new AbortController();
  #measuring: Promise<void> = Promise.resolve();

  constructor(stage: LabStage) {
    this.#stage = stage;
  }

  /** @param lookingBack seconds in which it must have wanted less all the time before it takes Pods away */
  async open(policy: ReleasePolicy, lookingBack: number): Promise<void> {
    const { client, namespace } = this.#stage;
    const base = deployment('web:v1');
    const template = { ...base.spec.template, spec: { containers: [{ name: 'web', image: 'web:v1', resources: { requests: { cpu: `${REQUESTED}m` } } }] } };
    await this.#stage.openNamespace();
    await client.create(resources.deployments, placed(this.#stage, { ...base, spec: { ...base.spec, template } }));
    await this.#stage.openPolicy(policy);
    await this.#stage.atRest();
    await client.create(resources.horizontalPodAutoscalers, {
      apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 1, maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: utilizationFor(4) } } }],
        behavior: { scaleUp: { stabilizationWindowSeconds: 0 }, scaleDown: { stabilizationWindowSeconds: lookingBack } },
      },
    });
    this.#measuring = this.#measure();
  }

  /** Has it want this many Pods, once all that run are measured, and waits until it has them. */
  async scale(replicas: number, versions: Readonly<Record<string, number>>): Promise<void> {
    const { client, namespace } = this.#stage;
    await this.#stage.until('all are measured', () => this.#ready().every(({ metadata: { name } }) => this.#measured.get(name) === this.#each()), PATIENCE);
    const body = [{ op: 'replace', path: '/spec/metrics/0/resource/target/averageUtilization', value: utilizationFor(replicas) }];
    await client.patch(resources.horizontalPodAutoscalers, { namespace, name: 'web' }, { kind: 'json', body });
    await this.untilSized(replicas, versions);
  }

  /** Waits until it has this many Pods. */
  async untilSized(replicas: number, versions: Readonly<Record<string, number>>): Promise<void> {
    const count = (image: string): number => this.#ready().filter(({ spec }) => spec.containers[0]?.image === image).length;
    const found = (): unknown => ({ replicas: this.#stage.object(resources.deployments, webOn(this.#stage))?.spec.replicas, versions: Object.fromEntries(Object.keys(versions).map((image) => [image, count(image)])) });
    await this.#stage.until(`the autoscaler makes it ${replicas}`, () => JSON.stringify(found()) === JSON.stringify({ replicas, versions }), PATIENCE, found);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#measuring;
  }

  #ready(): Pod[] {
    return this.#stage.objects(resources.pods, this.#stage.namespace).filter(isReady);
  }

  /** What each of them uses. */
  #each(): string {
    return `${Math.floor(USED / this.#ready().length)}m`;
  }

  async #measure(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const cpu = this.#each();
      for (const pod of this.#ready()) await this.#write(pod, cpu).catch(() => undefined);
      await systemClock.sleep(500, signal).catch(() => undefined);
    }
  }

  async #write({ metadata: { name, labels = {} } }: Pod, cpu: string): Promise<void> {
    if (this.#measured.get(name) === cpu) return;
    const { client, namespace } = this.#stage;
    const measured = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', metadata: { name, namespace, labels }, timestamp: timestamp(systemClock.now()), window: '1s', containers: [{ name: 'web', usage: { cpu, memory: '1Mi' } }] };
    await client.apply(podMetrics, measured, { fieldManager: 'metrics', force: true });
    this.#measured.set(name, cpu);
  }
}
