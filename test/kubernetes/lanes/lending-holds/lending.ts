import { expect } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../../src/kubernetes/generated/apps-v1.js';
import type { OwnerReference } from '../../../../src/kubernetes/generated/meta-v1.js';
import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { deployment, setImage } from '../../../driver/program.js';
import { placed, webOn } from '../../../driver/stage.js';
import { isReady } from '../../../driver/witness.js';
import type { LabStage } from '../../lab/lab-stage.js';
import type { Recorded } from '../../lab/recorder.js';

const uidOf = ({ metadata }: KubernetesObject): string => metadata.uid ?? '';

/** A Deployment without any policy, whose ReplicaSets are lent and given back by hand: what Serin counts on. */
export class Lending {
  readonly #stage: LabStage;
  #borrower: OwnerReference | undefined;

  constructor(stage: LabStage) {
    this.#stage = stage;
  }

  /** Four Pods of v1. */
  async open(): Promise<void> {
    const { client } = this.#stage;
    await this.#stage.openNamespace();
    const { metadata } = await client.create(resources.configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'borrower', namespace: this.#stage.namespace } });
    this.#borrower = { apiVersion: 'v1', kind: 'ConfigMap', name: 'borrower', uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
    await client.create(resources.deployments, placed(this.#stage, deployment('web:v1')));
    await this.until('v1 is ready', { 'web:v1': [4, 4] });
  }

  get deployment(): Deployment | undefined {
    return this.#stage.object(resources.deployments, webOn(this.#stage));
  }

  replicaSets(image: string): ReplicaSet[] {
    return this.#stage.objects(resources.replicaSets, this.#stage.namespace).filter(({ spec }) => spec.template?.spec?.containers[0]?.image === image);
  }

  replicaSet(image: string): ReplicaSet | undefined {
    return this.replicaSets(image)[0];
  }

  revision(image: string): string | undefined {
    return this.replicaSet(image)?.metadata.annotations?.['deployment.kubernetes.io/revision'];
  }

  /** UIDs of the ready Pods of a version. */
  pods(image: string): string[] {
    return this.#stage.objects(resources.pods, this.#stage.namespace).filter((pod) => isReady(pod) && pod.spec.containers[0]?.image === image).map(uidOf).sort();
  }

  /** UIDs of the Pods of a version that have gone, or are on their way out. */
  lost(image: string): string[] {
    const gone = this.#states(resources.pods).filter(({ type, object: { metadata, spec } }) => spec.containers[0]?.image === image && (type === 'DELETED' || metadata.deletionTimestamp !== undefined));
    return [...new Set(gone.map(({ object }) => uidOf(object)))];
  }

  /** All sizes that the ReplicaSet of a version has had, one after the other. */
  sizes(image: string): number[] {
    const { uid } = this.replicaSet(image)?.metadata ?? {};
    const all = this.#states(resources.replicaSets).filter(({ object }) => object.metadata.uid === uid).map(({ object: { spec } }) => spec.replicas ?? 1);
    return all.filter((size, index) => size !== all[index - 1]);
  }

  async patch(spec: Record<string, unknown>): Promise<void> {
    await this.#stage.client.patch(resources.deployments, webOn(this.#stage), { kind: 'merge', body: { spec } });
  }

  async setImage(image: string): Promise<void> {
    await setImage(this.#stage, image);
  }

  /** A ReplicaSet made from the Deployment's template, lent from the first moment on. */
  async make(image: string, replicas: number): Promise<void> {
    const { template, selector } = deployment(image).spec;
    const labels = { ...template.metadata?.labels, 'pod-template-hash': 'made' };
    await this.#stage.client.create(resources.replicaSets, {
      apiVersion: 'apps/v1', kind: 'ReplicaSet',
      metadata: { name: 'web-made', namespace: this.#stage.namespace, labels, ownerReferences: this.#lentOwners() },
      spec: { replicas, selector: { matchLabels: { ...selector.matchLabels, 'pod-template-hash': 'made' } }, template: { ...template, metadata: { name: '', labels } } },
    });
    await this.#stage.until('it is there', () => this.replicaSet(image) !== undefined);
  }

  async size(image: string, replicas: number): Promise<void> {
    await this.#stage.client.patch(resources.replicaSets, this.#name(image), { kind: 'merge', body: { spec: { replicas } } });
  }

  async lend(image: string): Promise<void> {
    await this.#own(image, this.#lentOwners());
  }

  async giveBack(image: string): Promise<void> {
    await this.#own(image, [this.#home(true)]);
  }

  async setFree(image: string): Promise<void> {
    await this.#own(image, []);
  }

  /** Takes away the label that the Deployment's selector asks for, on the ReplicaSet alone, or puts it back. */
  async setApart(image: string, apart: boolean): Promise<void> {
    await this.#stage.client.patch(resources.replicaSets, this.#name(image), { kind: 'merge', body: { metadata: { labels: { app: apart ? null : 'web' } } } });
  }

  async deleteBorrower(propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): Promise<void> {
    await this.#stage.client.delete(resources.configMaps, { namespace: this.#stage.namespace, name: 'borrower' }, { propagationPolicy });
  }

  /** Waits until sizes and ready Pods are these and stay so. */
  async until(what: string, sizes: Readonly<Record<string, readonly [size: number, ready: number]>>): Promise<void> {
    const found = (): Record<string, number[]> => Object.fromEntries(Object.keys(sizes).map((image) => [image, [this.replicaSet(image)?.spec.replicas ?? -1, this.pods(image).length]]));
    await this.#stage.until(what, () => JSON.stringify(found()) === JSON.stringify(sizes), 60, found);
    await this.#stage.pass(2);
    expect(found(), `${what}, and stays so`).toEqual(sizes);
  }

  /** Waits until there are ReplicaSets of a version in these sizes, all of whose Pods are ready. */
  async untilTwins(image: string, sizes: readonly number[]): Promise<void> {
    const found = (): number[][] => [this.replicaSets(image).map(({ spec }) => spec.replicas ?? -1), [this.pods(image).length]];
    await this.#stage.until(`${sizes.length} of ${image}`, () => JSON.stringify(found()) === JSON.stringify([sizes, [sizes.reduce((sum, size) => sum + size, 0)]]), 60, found);
  }

  isHome(image: string): boolean {
    return this.replicaSet(image)?.metadata.ownerReferences?.some(({ kind, controller }) => kind === 'Deployment' && controller === true) === true;
  }

  #states<T extends KubernetesObject>({ group, plural }: Resource<T>): (Omit<Recorded, 'object'> & { readonly object: T })[] {
    const ofKind = ({ collection }: Recorded): boolean => collection === `${group}/${plural}`;
    return this.#stage.recorder.history(this.#stage.namespace).filter(ofKind) as (Recorded & { readonly object: T })[];
  }

  #name(image: string): { namespace: string; name: string } {
    return { namespace: this.#stage.namespace, name: this.replicaSet(image)?.metadata.name ?? '' };
  }

  #home(controller: boolean): OwnerReference {
    return { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: this.deployment?.metadata.uid ?? '', controller, blockOwnerDeletion: controller };
  }

  #lentOwners(): OwnerReference[] {
    return [...(this.#borrower ? [this.#borrower] : []), this.#home(false)];
  }

  async #own(image: string, ownerReferences: OwnerReference[]): Promise<void> {
    await this.#stage.client.patch(resources.replicaSets, this.#name(image), { kind: 'merge', body: { metadata: { ownerReferences } } });
  }
}
