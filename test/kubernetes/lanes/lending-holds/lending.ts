import { expect } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../../src/kubernetes/generated/apps-v1.js';
import type { OwnerReference } from '../../../../src/kubernetes/generated/meta-v1.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { deployment, setImage } from '../../../driver/program.js';
import { placed, webOn } from '../../../driver/stage.js';
import { isReady } from '../../../driver/witness.js';
import type { LabStage } from '../../lab/lab-stage.js';

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

  replicaSet(image: string): ReplicaSet | undefined {
    return this.#stage.objects(resources.replicaSets, this.#stage.namespace).find(({ spec }) => spec.template?.spec?.containers[0]?.image === image);
  }

  revision(image: string): string | undefined {
    return this.replicaSet(image)?.metadata.annotations?.['deployment.kubernetes.io/revision'];
  }

  /** Names of the Pods of a version. */
  pods(image: string): string[] {
    return this.#stage.objects(resources.pods, this.#stage.namespace).filter((pod) => isReady(pod) && pod.spec.containers[0]?.image === image).map(({ metadata }) => metadata.name).sort();
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

  async deleteBorrower(propagationPolicy: 'Background' | 'Foreground'): Promise<void> {
    await this.#stage.client.delete(resources.configMaps, { namespace: this.#stage.namespace, name: 'borrower' }, { propagationPolicy });
  }

  /** Waits until sizes and ready Pods are these and stay so. */
  async until(what: string, sizes: Readonly<Record<string, readonly [size: number, ready: number]>>): Promise<void> {
    const found = (): Record<string, number[]> => Object.fromEntries(Object.keys(sizes).map((image) => [image, [this.replicaSet(image)?.spec.replicas ?? -1, this.pods(image).length]]));
    await this.#stage.until(what, () => JSON.stringify(found()) === JSON.stringify(sizes), 60, found);
    await this.#stage.pass(2);
    expect(found(), `${what}, and stays so`).toEqual(sizes);
  }

  isHome(image: string): boolean {
    return this.replicaSet(image)?.metadata.ownerReferences?.some(({ kind, controller }) => kind === 'Deployment' && controller === true) === true;
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

/** What the Deployment controller does with what is lent and given back, by what is counted on. */
export const facts: Readonly<Record<string, (lending: Lending, stage: LabStage) => Promise<void>>> = {
  async 'paused, a changed template rolls nothing, and scaling scales only stable'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 2);
    await lending.until('nothing rolls', { 'web:v1': [4, 4], 'web:v2': [2, 2] });
    await lending.patch({ replicas: 6 });
    await lending.until('stable is scaled', { 'web:v1': [6, 6], 'web:v2': [2, 2] });
    await lending.patch({ replicas: 0 });
    await lending.until('stable is scaled to 0', { 'web:v1': [0, 0], 'web:v2': [2, 2] });
  },
  async 'given back full and alone: no Pod restarts, the revision counts on'(lending, stage) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 4);
    await lending.until('the trial is full', { 'web:v1': [4, 4], 'web:v2': [4, 4] });
    const before = lending.pods('web:v2');
    await lending.lend('web:v1');
    await lending.size('web:v1', 0);
    await lending.until('stable is drained', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
    await lending.giveBack('web:v2');
    await stage.until('it has a revision', () => lending.revision('web:v2') !== undefined);
    await lending.giveBack('web:v1');
    await lending.patch({ paused: false });
    await stage.until('the revision counts on', () => Number(lending.revision('web:v2')) > Number(lending.revision('web:v1')));
    await lending.until('nothing moves', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
    expect(lending.pods('web:v2')).toEqual(before);
  },
  async 'given back beside an active one both are rescaled, which is why it never is'(lending, stage) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 2);
    await lending.until('the trial runs', { 'web:v1': [4, 4], 'web:v2': [2, 2] });
    await lending.giveBack('web:v2');
    await stage.until('both are rescaled', () => lending.replicaSet('web:v1')?.spec.replicas !== 4 || lending.replicaSet('web:v2')?.spec.replicas !== 2);
    await stage.pass(2);
    const [one, other] = [lending.replicaSet('web:v1')?.spec.replicas ?? 0, lending.replicaSet('web:v2')?.spec.replicas ?? 0];
    expect(one + other).toBeLessThan(6);
  },
  async 'with all lent the Deployment touches none, scaled or not'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 2);
    await lending.lend('web:v1');
    await lending.size('web:v1', 3);
    await lending.until('sizes stay', { 'web:v1': [3, 3], 'web:v2': [2, 2] });
    await lending.patch({ replicas: 8 });
    await lending.until('sizes stay when it is scaled', { 'web:v1': [3, 3], 'web:v2': [2, 2] });
    await lending.patch({ replicas: 0 });
    await lending.until('sizes stay when it is scaled to 0', { 'web:v1': [3, 3], 'web:v2': [2, 2] });
  },
  async 'scaled to 0 and up again it fills its newest, which need not be stable'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 0);
    await lending.giveBack('web:v2');
    await lending.patch({ replicas: 0 });
    await lending.until('all is at 0', { 'web:v1': [0, 0], 'web:v2': [0, 0] });
    await lending.patch({ replicas: 4 });
    await lending.until('the newest is filled', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
  },
  async 'its borrower deleted in the background, it goes home and no Pod is lost at once'(lending, stage) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 4);
    await lending.lend('web:v1');
    await lending.until('both run', { 'web:v1': [4, 4], 'web:v2': [4, 4] });
    await lending.deleteBorrower('Background');
    await stage.until('both are home', () => lending.isHome('web:v1') && lending.isHome('web:v2'));
    expect(lending.replicaSet('web:v2')).toBeDefined();
  },
  async 'its borrower deleted in the foreground, likewise'(lending, stage) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 4);
    await lending.until('both run', { 'web:v1': [4, 4], 'web:v2': [4, 4] });
    await lending.deleteBorrower('Foreground');
    await stage.until('it is home', () => lending.isHome('web:v2'));
    expect(lending.replicaSet('web:v2')).toBeDefined();
  },
  async 'without any owner it is adopted again at once, also while paused'(lending, stage) {
    await lending.patch({ paused: true });
    await lending.setFree('web:v1');
    await stage.until('it is adopted', () => lending.isHome('web:v1'));
    await lending.until('nothing else happens', { 'web:v1': [4, 4] });
  },
  async 'un-paused in the middle it rolls to the new template'(lending) {
    await lending.patch({ paused: true });
    await lending.setImage('web:v2');
    await lending.make('web:v2', 1);
    await lending.until('the trial runs', { 'web:v1': [4, 4], 'web:v2': [1, 1] });
    await lending.giveBack('web:v2');
    await lending.patch({ paused: false });
    await lending.until('it has rolled', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
  },
  async 'going back to an older one takes that ReplicaSet, with a new revision'(lending, stage) {
    await lending.setImage('web:v2');
    await lending.until('v2 has been rolled out', { 'web:v1': [0, 0], 'web:v2': [4, 4] });
    const name = lending.replicaSet('web:v1')?.metadata.name;
    await lending.setImage('web:v1');
    await lending.until('v1 runs again', { 'web:v1': [4, 4], 'web:v2': [0, 0] });
    expect(lending.replicaSet('web:v1')?.metadata.name).toBe(name);
    await stage.until('it is the newest', () => lending.revision('web:v1') === '3');
  },
};
