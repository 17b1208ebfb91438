import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { argoDefinitions } from '../../src/frontends/argo/custom-resources.js';
import { kubevelaDefinitions } from '../../src/frontends/kubevela/custom-resources.js';
import { oamResources } from '../../src/frontends/kubevela/application.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import type { CustomResourceDefinition } from '../../src/kubernetes/generated/apiextensions-v1.js';
import { Driver, resources } from '../driver/driver.js';
import { serin, type CommandResult } from './driven-shell.js';
import { withOwnRole } from './own-role.js';

describe('serin install --frontends=kubevela', () => {
  let driver: Driver;
  let client: ClusterClient;
  beforeEach(async () => {
    driver = new Driver();
    await driver.startCluster();
    ({ client } = driver);
    await withOwnRole(driver);
  });
  afterEach(() => driver.stop());
  const install = (...args: string[]): Promise<CommandResult> => serin(driver, ['install', '--image', 'registry.example.com/serin:1.2.3', '--no-wait', ...args]);
  const definition = (name: string): Promise<CustomResourceDefinition | undefined> => driver.run(() => client.find(resources.customResourceDefinitions, { name }));
  const names = kubevelaDefinitions().map(({ metadata: { name } }) => name);

  it('brings the kinds along, which are not there otherwise, and takes them away when it is told', async () => {
    await install();
    expect(await Promise.all(names.map(definition))).toEqual([undefined, undefined, undefined]);
    const installed = await install('--frontends=kubevela');
    for (const name of names) expect(installed.out).toContain(`CustomResourceDefinition ${name} created\n`);
    expect((await driver.run(() => client.get(resources.deployments, { name: 'serin', namespace: 'serin-system' }))).spec.template.spec?.containers[0]?.args).toContain('--frontends=kubevela');
    await driver.run(() => client.create(oamResources.applications, { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application', metadata: { name: 'shop', namespace: 'default' }, spec: { components: [] } }));
    const uninstall = (): Promise<CommandResult> => serin(driver, ['uninstall', '--delete-crds']);
    expect((await uninstall()).err).toContain('1 applications.core.oam.dev would go, default/shop');
    await driver.run(() => client.delete(oamResources.applications, { name: 'shop', namespace: 'default' }));
    expect((await uninstall()).code).toBe(0);
    await driver.until('the definitions are gone', async () => (await client.find(resources.customResourceDefinitions, { name: names[0] ?? '' })) === undefined);
  });

  it('leaves definitions as they are that somebody else brought', async () => {
    const [own] = kubevelaDefinitions();
    if (own) await driver.run(() => client.create(resources.customResourceDefinitions, { ...own, metadata: { ...own.metadata, labels: { of: 'kubevela' } } }));
    const { code, out, err } = await install('--frontends=kubevela');
    expect({ code, out }).toMatchObject({ code: 0, out: expect.not.stringContaining('CustomResourceDefinition applications.core.oam.dev') as unknown });
    expect(err).toContain('CustomResourceDefinition applications.core.oam.dev is there already and stays as it is');
    expect((await definition('applications.core.oam.dev'))?.metadata.labels).toEqual({ of: 'kubevela' });
    expect((await serin(driver, ['uninstall', '--delete-crds'])).code).toBe(0);
    expect(await definition('applications.core.oam.dev')).toBeDefined();
  });

  it('names what definitions of others lack, and ends before anything where they do not serve the version', async () => {
    const [own] = argoDefinitions();
    const [version] = own?.spec.versions ?? [];
    if (!own || !version) throw new Error('there are no definitions');
    const poorer = { ...own, spec: { ...own.spec, versions: [{ ...version, schema: { openAPIV3Schema: { type: 'object', properties: { spec: version.schema?.openAPIV3Schema?.properties?.['spec'] ?? {} } } } }] } };
    const made = await driver.run(() => driver.client.create(resources.customResourceDefinitions, poorer));
    expect((await install('--frontends=argo')).err).toContain('It lacks fields that Serin knows, and the API server drops them: status.');
    await driver.run(async () => driver.client.replace(resources.customResourceDefinitions, { ...(await driver.client.get(resources.customResourceDefinitions, { name: made.metadata.name })), spec: { ...own.spec, versions: [{ ...version, name: 'v1' }, { ...version, served: false, storage: false }] } }));
    const { code, out, err } = await install('--frontends=argo');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('nothing was installed: CustomResourceDefinition rollouts.argoproj.io is there already, and serves no v1alpha1.');
  });

  it('knows no other front ends', async () => {
    expect((await install('--frontends=helm')).err).toContain('There is no front end helm; there is kubevela, argo.');
  });
});
