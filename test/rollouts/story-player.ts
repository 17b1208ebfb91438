import type { ClusterClient } from '../../src/cluster/client.js';
import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { resources } from '../../src/kubernetes/resources.js';
import { rolloutState, type RolloutState } from './rollout-state.js';
import type { Action, RolloutStory } from './rollout-story.js';
import type { Tell } from './verbs.js';

const KINDS: Readonly<Record<string, Resource<KubernetesObject>>> = Object.fromEntries(
  [resources.services, resources.ingresses, resources.virtualServices, resources.destinationRules, resources.deployments, argoResources.rollouts, argoResources.analysisTemplates].map((resource) => [resource.kind, resource as unknown as Resource<KubernetesObject>]),
);

/** Plays the parts of a story in a namespace of its own. */
export class StoryPlayer {
  readonly #client: ClusterClient;
  readonly #tell: Tell;
  readonly #namespace: string;
  readonly #story: RolloutStory;
  readonly #metrics: string;

  /** @param metrics where analyses ask, in the place of {metrics} */
  constructor(client: ClusterClient, tell: Tell, namespace: string, story: RolloutStory, metrics: string) {
    this.#client = client;
    this.#tell = tell;
    this.#namespace = namespace;
    this.#story = story;
    this.#metrics = metrics;
  }

  /** Makes everything that stands there to begin with. */
  async begin(): Promise<void> {
    await this.#client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.#namespace }, spec: {} });
    for (const each of this.#story.objects) await this.#apply(each);
  }

  async act(actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      if ('plugin' in action) await this.#tell(this.#namespace, action.plugin.map((each) => (each === '{rollout}' ? 'shop' : each)));
      else if ('apply' in action) await this.#apply(action.apply);
      else await this.#client.patch(argoResources.rollouts, { namespace: this.#namespace, name: 'shop' }, { kind: 'merge', body: action.patch });
    }
  }

  async state(): Promise<RolloutState> {
    const place = { namespace: this.#namespace };
    const list = async <T extends KubernetesObject>(resource: Resource<T>): Promise<T[]> => (await this.#client.list(resource, place)).items;
    return rolloutState({
      rollout: await this.rollout(),
      replicaSets: await list(resources.replicaSets), services: await list(resources.services), ingresses: await list(resources.ingresses),
      virtualServices: await list(resources.virtualServices), destinationRules: await list(resources.destinationRules),
      analysisRuns: await list(argoResources.analysisRuns), experiments: await list(argoResources.experiments),
    });
  }

  rollout(): Promise<Rollout | undefined> {
    return this.#client.find(argoResources.rollouts, { namespace: this.#namespace, name: 'shop' });
  }

  /** Its AnalysisRuns and Experiments. */
  async measurements(): Promise<KubernetesObject[]> {
    const place = { namespace: this.#namespace };
    return [...(await this.#client.list(argoResources.analysisRuns, place)).items, ...(await this.#client.list(argoResources.experiments, place)).items];
  }

  async end(): Promise<void> {
    await this.#client.delete(resources.namespaces, { name: this.#namespace }).catch(() => undefined);
  }

  async #apply(object: KubernetesObject): Promise<void> {
    const resource = KINDS[object.kind ?? ''];
    if (resource === undefined) throw new Error(`no story applies a ${object.kind ?? 'nameless kind'}`);
    const placed = JSON.parse(JSON.stringify(object).replaceAll('{metrics}', this.#metrics)) as KubernetesObject;
    await this.#client.apply(resource, { ...placed, metadata: { ...placed.metadata, namespace: this.#namespace } }, { fieldManager: 'kubectl', force: true });
  }
}
