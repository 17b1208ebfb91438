import type { CustomResourceDefinition } from '../../../../src/kubernetes/generated/apiextensions-v1.js';
import { timestamp } from '../../../../src/kubernetes/conditions.js';
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

/** What a Pod requests, and is to use half of. */
const REQUESTED = 1000;

/** The program with an autoscaler that wants its Pods half busy. The load goes to all ready Pods alike. */
export class Autoscaled {
  readonly #stage: LabStage;
  readonly #stopping = new AbortController();
  #measuring: Promise<void> = Promise.resolve();
  /** In Pods that have as much to do as they are to have. */
  #load = 4;

  constructor(stage: LabStage) {
    this.#stage = stage;
  }

  async open(policy: ReleasePolicy): Promise<void> {
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
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
        behavior: { scaleUp: { stabilizationWindowSeconds: 0 }, scaleDown: { stabilizationWindowSeconds: 300 } },
      },
    });
    this.#measuring = this.#measure();
  }

  /** Gives it so much to do that it needs this many Pods, and waits until it has them. */
  async untilSized(replicas: number, versions: Readonly<Record<string, number>>): Promise<void> {
    this.#load = replicas;
    const found = (): unknown => ({ replicas: this.#stage.object(resources.deployments, webOn(this.#stage))?.spec.replicas, versions: Object.fromEntries(Object.keys(versions).map((image) => [image, this.#ready().filter(({ spec }) => spec.containers[0]?.image === image).length])) });
    await this.#stage.until(`the autoscaler makes it ${replicas}`, () => JSON.stringify(found()) === JSON.stringify({ replicas, versions }), 90, found);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#measuring;
  }

  #ready(): ReturnType<typeof this.podsNow> {
    return this.podsNow().filter(isReady);
  }

  podsNow() {
    return this.#stage.objects(resources.pods, this.#stage.namespace);
  }

  async #measure(): Promise<void> {
    const { client, namespace } = this.#stage;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pods = this.#ready();
      for (const { metadata: { name, labels = {} } } of pods) {
        const usage = { cpu: `${Math.floor((REQUESTED / 2) * (this.#load / pods.length))}m`, memory: '1Mi' };
        const measured = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', metadata: { name, namespace, labels }, timestamp: timestamp(systemClock.now()), window: '1s', containers: [{ name: 'web', usage }] };
        await client.apply(podMetrics, measured, { fieldManager: 'metrics', force: true }).catch(() => undefined);
      }
      await systemClock.sleep(500, signal).catch(() => undefined);
    }
  }
}
