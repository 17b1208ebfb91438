import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CustomResourceDefinition } from '../../../kubernetes/generated/apiextensions-v1.js';
import type { OwnerReference } from '../../../kubernetes/generated/meta-v1.js';
import type { Resource, UnknownObject } from '../../../kubernetes/objects.js';
import { ownerReference } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import { startLocalCluster, type LocalCluster } from '../testing/local-cluster.js';

const namespace = 'default';
const widgets: Resource<UnknownObject> = { group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true };
const definition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
};

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await startLocalCluster();
  await cluster.client.create(resources.customResourceDefinitions, definition);
  await cluster.pass(500);
});
afterEach(() => cluster.stop());

const createWidget = (name: string, owners: OwnerReference[] = []): Promise<UnknownObject> =>
  cluster.client.create(widgets, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, namespace, ownerReferences: owners } });
const createConfigMap = (name: string, owners: OwnerReference[]) =>
  cluster.client.create(resources.configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ownerReferences: owners } });
const remaining = async (): Promise<string[]> => {
  const [maps, custom] = await Promise.all([cluster.client.list(resources.configMaps, { namespace }), cluster.client.list(widgets, { namespace })]);
  return [...maps.items, ...custom.items].map(({ metadata }) => metadata.name).filter((name) => !name.startsWith('kube-'));
};

describe('garbage', () => {
  it('of custom resources goes too, down the whole chain', async () => {
    const parent = await createWidget('parent');
    const child = await createWidget('child', [ownerReference(parent)]);
    await createConfigMap('grandchild', [ownerReference(child)]);
    await cluster.client.delete(widgets, { name: 'parent', namespace }, { propagationPolicy: 'Background' });
    await cluster.pass(1000);
    expect(await remaining()).toEqual([]);
  });

  it('is what was made for an owner that was gone already, or never was', async () => {
    const parent = await createWidget('parent');
    await cluster.client.delete(widgets, { name: 'parent', namespace });
    const other = await createWidget('parent');
    await createConfigMap('late', [ownerReference(parent)]);
    await createConfigMap('shared', [ownerReference(parent), ownerReference(other)]);
    await cluster.pass(1000);
    expect(await remaining()).toEqual(['shared', 'parent']);
    const shared = await cluster.client.get(resources.configMaps, { name: 'shared', namespace });
    expect(shared.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([other.metadata.uid]);
  });

  it('goes before its owner in the foreground', async () => {
    const parent = await createWidget('parent');
    await createWidget('child', [{ ...ownerReference(parent), blockOwnerDeletion: true }]);
    await cluster.client.patch(widgets, { name: 'child', namespace }, { kind: 'merge', body: { metadata: { finalizers: ['example.com/hold'] } } });
    await cluster.client.delete(widgets, { name: 'parent', namespace }, { propagationPolicy: 'Foreground' });
    await cluster.pass(1000);
    expect(await remaining()).toEqual(['child', 'parent']);
    await cluster.client.patch(widgets, { name: 'child', namespace }, { kind: 'merge', body: { metadata: { finalizers: null } } });
    await cluster.pass(1000);
    expect(await remaining()).toEqual([]);
  });

  it('is nothing whose owner is of a kind that the server does not have', async () => {
    await createConfigMap('kept', [{ apiVersion: 'elsewhere.example.com/v1', kind: 'Thing', name: 'x', uid: 'unknown' }]);
    await cluster.pass(5000);
    expect(await remaining()).toEqual(['kept']);
  });

  it('is collected with its definition', async () => {
    await createWidget('parent');
    await cluster.client.delete(resources.customResourceDefinitions, { name: 'widgets.example.com' });
    await cluster.pass(2000);
    await cluster.client.create(resources.customResourceDefinitions, definition);
    await cluster.pass(2000);
    const parent = await createWidget('again');
    await createConfigMap('child', [ownerReference(parent)]);
    await cluster.client.delete(widgets, { name: 'again', namespace });
    await cluster.pass(1000);
    expect(await remaining()).toEqual([]);
  });
});
