import { isNotFound } from '../../../../src/cluster/api-error.js';
import type { CustomResourceDefinition } from '../../../../src/kubernetes/generated/apiextensions-v1.js';
import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { customResourceDefinitions } from '../../../../src/model/custom-resources.js';
import { GROUP } from '../../../../src/model/resources.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import type { Lab } from '../../lab/open-lab.js';

const OLDEST = 'v1alpha0';
const policiesAs = (version: string): Resource<KubernetesObject> => ({ group: GROUP, version, kind: 'ReleasePolicy', plural: 'releasepolicies', namespaced: true });

/** A definition of ReleasePolicy with versions that there never were: the oldest has a field `spec.note` that the others do not have. */
export class KindVersions {
  readonly #lab: Lab;
  readonly #definition: CustomResourceDefinition;

  constructor(lab: Lab, name: string) {
    const definition = customResourceDefinitions().find(({ metadata }) => metadata.name === name);
    if (!definition) throw new Error(`Serin has no ${name}`);
    this.#lab = lab;
    this.#definition = definition;
  }

  /** Puts the definition there with these versions, and waits until all are served and the stored one is on record. */
  async put(versions: Readonly<Record<string, 'served' | 'stored'>>): Promise<void> {
    const { apiVersion = '', kind = '', metadata: { name }, spec } = this.#definition;
    const wanted = Object.entries(versions).map(([version, is]) => ({ ...this.#version(version), served: true, storage: is === 'stored' }));
    const object = { apiVersion, kind, metadata: { name }, spec: { ...spec, versions: wanted } };
    await this.#lab.client.apply(resources.customResourceDefinitions, object, { fieldManager: 'serin', force: true });
    for (const [version, is] of Object.entries(versions)) {
      await eventually(`${version} is served`, () => this.#lab.client.list(policiesAs(version)).catch((error: unknown) => (isNotFound(error) ? undefined : Promise.reject(error))));
      if (is === 'stored') await eventually(`${version} is on record`, async () => (await this.stored()).includes(version));
    }
  }

  #version(name: string): CustomResourceDefinition['spec']['versions'][number] {
    const [present] = this.#definition.spec.versions;
    if (!present) throw new Error('it has no version');
    const version = { ...structuredClone(present), name };
    const spec = version.schema?.openAPIV3Schema?.properties?.['spec'];
    if (name === OLDEST && spec?.properties) spec.properties['note'] = { type: 'string' };
    return version;
  }

  async stored(): Promise<readonly string[]> {
    return (await this.#lab.client.get(resources.customResourceDefinitions, { name: this.#definition.metadata.name })).status?.storedVersions ?? [];
  }

  /** Creates a policy in the oldest version, whose Deployment is not there. */
  async create(name: string, more: object): Promise<void> {
    await this.#lab.client.create(policiesAs(OLDEST), { apiVersion: `${GROUP}/${OLDEST}`, kind: 'ReleasePolicy', metadata: { name, namespace: 'default' }, spec: { workload: { deployment: name }, strategy: { canary: { steps: [{ weight: 50 }] } }, ...more } } as KubernetesObject);
  }

  async patch(name: string, spec: object): Promise<void> {
    await this.#lab.client.patch(policiesAs(OLDEST), { namespace: 'default', name }, { kind: 'merge', body: { spec } });
  }
}
