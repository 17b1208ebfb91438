import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { createClient } from '../../src/cluster/create-client.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import { CONTROLLER_USER, controllerAccess } from '../../src/controller/controller-rules.js';
import { installedKinds } from '../../src/installation/kinds.js';
import type { CustomResourceDefinition } from '../../src/kubernetes/generated/apiextensions-v1.js';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { customResourceDefinitions } from '../../src/model/custom-resources.js';
import { startApi } from '../../src/local/api/testing/local-client.js';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { namespace, policy, settle, setImage, untilPhase } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';
import { folder } from './files.js';
import { withOwnRole } from './own-role.js';

const IMAGE = 'registry.example.com/serin:1.2.3';
const HOME = 'serin-system';

describe('serin install', () => {
  let driver: Driver;
  let client: ClusterClient;
  beforeEach(async () => {
    driver = new Driver();
    await driver.startCluster();
    ({ client } = driver);
    await withOwnRole(driver);
  });
  const folders: ReturnType<typeof folder>[] = [];
  afterEach(async () => {
    for (const each of folders.splice(0)) each.remove();
    await driver.stop();
  });
  const files = (texts: Readonly<Record<string, string>>): string => {
    const made = folder(texts);
    folders.push(made);
    return made.path;
  };

  const install = (...args: string[]): Promise<CommandResult> => serin(driver, ['install', '--image', IMAGE, ...args]);
  const uninstall = (...args: string[]): Promise<CommandResult> => serin(driver, ['uninstall', ...args]);
  const find = <T extends KubernetesObject>(kind: keyof typeof installedKinds, name: string, in_?: string): Promise<T | undefined> =>
    driver.run(() => client.find(installedKinds[kind] as never, { name, ...(in_ === undefined ? {} : { namespace: in_ }) }));
  const leads = (holderIdentity: string): Promise<unknown> =>
    driver.run(() => client.apply(resources.leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'serin', namespace: HOME }, spec: { holderIdentity } } as KubernetesObject, { fieldManager: 'test' }));

  it('puts everything on a cluster, and says that nothing changed the second time', async () => {
    const first = await install('--no-wait');
    expect(first).toMatchObject({ code: 0, err: 'This cluster has no NetworkPolicy: anyone in it may ask for metrics.\n' });
    expect(first.out).toContain('Namespace serin-system created\n');
    expect(first.out).toContain('Deployment serin-system/serin created\n');
    const deployment = await find<Deployment>('Deployment', 'serin', HOME);
    expect(deployment?.spec.template.spec?.containers[0]?.image).toBe(IMAGE);
    const second = await install('--no-wait');
    expect(second.out.split('\n').filter((line) => line !== '' && !line.endsWith(' unchanged'))).toEqual([]);
  });

  it('waits until a controller leads, or says what is missing', async () => {
    // Of an earlier installation, killed before it could give the Lease back.
    await driver.run(() => client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME }, spec: {} }));
    await leads('serin-gone_1_abc');
    const late = await install('--timeout', '30s');
    expect(late).toMatchObject({ code: 4, err: expect.stringMatching(/serin: Serin is installed, but none of its Pods leads yet after 30s: kubectl -n serin-system describe pods says more.\n$/) });
    const { items: [pod] } = await driver.run(() => client.list(resources.pods, { namespace: HOME }));
    await leads(`${pod?.metadata.name ?? ''}_1_abc`);
    expect((await install()).out).toContain('Serin 0.0.0 leads in namespace serin-system.\n');
  });

  it('prints the same objects without a cluster', async () => {
    const { code, out } = await serin(undefined, ['install', '--image', IMAGE, '--dry-run']);
    expect(code).toBe(0);
    const printed = parseAllDocuments(out).map((document) => document.toJS() as KubernetesObject).filter(({ kind }) => kind !== 'NetworkPolicy');
    expect(printed.map(({ kind, metadata }) => `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`)).toEqual((await install('--no-wait')).out.trimEnd().split('\n').map((line) => line.replace(/ \w+$/, '')));
    // And they are what one may apply by hand.
    const other = files({ 'serin.yaml': stringify(printed[0]) + printed.slice(1).map((object) => `---\n${stringify(object, { aliasDuplicateObjects: false })}`).join('') });
    expect(await serin(driver, ['apply', '-f', `${other}/serin.yaml`, '--dry-run', '--force-conflicts'])).toMatchObject({ code: 0, err: '' });
  });

  it('takes away what is not wanted any more, and nothing else', async () => {
    await install('--no-wait');
    await driver.run(() => client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, spec: {} }));
    const { out } = await install('--no-wait', '--watch-namespace', 'shop', '--no-crds');
    expect(out).toContain('Role shop/serin-controller created\n');
    expect(out).toContain('ClusterRole system:serin:controller taken away\n');
    expect(out.match(/taken away/g)).toHaveLength(2);
    expect(await find('CustomResourceDefinition', 'releases.serin.dev')).toBeDefined();
    expect(await find('ClusterRole', 'system:serin:controller:serin-system')).toBeDefined();
  });

  it('takes values as the chart does, and flags over them', async () => {
    const cwd = files({ 'values.yaml': 'replicas: 3\nimage: {repository: elsewhere, pullPolicy: Always}\nmetrics: {port: 9090}\n', 'wrong.yaml': 'replicsa: 3\n' });
    const { out } = await serin(undefined, ['install', '-f', 'values.yaml', '--image', IMAGE, '--dry-run'], { cwd });
    expect(out).toMatch(/replicas: 3\n[^]*image: registry\.example\.com\/serin:1\.2\.3\n +imagePullPolicy: Always\n/);
    expect(await serin(undefined, ['install', '-f', 'wrong.yaml', '--dry-run'], { cwd })).toMatchObject({ code: 2, err: 'serin: wrong.yaml: replicsa: there is no such value. Did you mean replicas?\n' });
    expect(await serin(undefined, ['install', '-f', 'none.yaml', '--dry-run'], { cwd })).toMatchObject({ code: 2 });
  });

  it.each([
    [['--image', 'Not An Image'], /^serin: --image Not An Image: it is no image/],
    [['--image', IMAGE, '--replicas', '0'], /It is a number from 1 to 99/],
    [['--image', IMAGE, '--timeout', 'soon'], /^serin: --timeout soon: give a duration/],
    [[], /^serin: which image is to be run\? Give it with --image/],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await serin(undefined, ['install', '--dry-run', ...args]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('leaves what Helm installed to Helm', async () => {
    await install('--no-wait');
    await driver.run(() => client.patch(resources.deployments, { namespace: HOME, name: 'serin' }, { kind: 'merge', body: { metadata: { labels: { 'app.kubernetes.io/managed-by': 'Helm' } } } }));
    expect((await install('--no-wait')).err).toBe('serin: nothing was installed: Serin in namespace serin-system belongs to Helm. Bring it up to date with helm upgrade, or remove it with helm uninstall first.\n');
    expect((await uninstall()).err).toBe('serin: Serin in namespace serin-system belongs to Helm. Remove it with helm uninstall.\n');
  });

  it.each([
    ['the controller of a local cluster', { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: CONTROLLER_USER }, 'User system:serin:controller, the controller that a local cluster brings along. There is nothing to install here; serin doctor says whether it leads.'],
    ['a controller in another namespace', { kind: 'ServiceAccount', namespace: 'elsewhere', name: 'serin' }, 'ServiceAccount elsewhere/serin, and one controller works for all namespaces. To have it here instead, take that one away first (serin uninstall -n elsewhere, or helm uninstall); to work in one namespace only, install with --watch-namespace.'],
  ])('does not take the rights of %s', async (_, subject, says) => {
    const [, binding] = controllerAccess(subject);
    await driver.run(() => client.create(installedKinds.ClusterRoleBinding, binding));
    const role = await find('ClusterRole', CONTROLLER_USER);
    expect(await install('--no-wait')).toMatchObject({ code: 1, out: '', err: `serin: nothing was installed: ClusterRoleBinding system:serin:controller gives these rights to ${says}\n` });
    expect(await find('ClusterRole', CONTROLLER_USER)).toEqual(role);
    expect(await find('Deployment', 'serin', HOME)).toBeUndefined();
  });

  it('names kinds that the cluster does not know, and what to do', async () => {
    const cwd = files({ 'values.yaml': 'metrics: {serviceMonitor: true}\n' });
    expect((await serin(driver, ['install', '--image', IMAGE, '-f', 'values.yaml'], { cwd })).err).toBe(
      'serin: nothing was installed: this cluster does not know monitoring.coreos.com/v1/ServiceMonitor. Install the Prometheus operator first, or set metrics.serviceMonitor and metrics.alerts to false.\n',
    );
    expect(await find('Deployment', 'serin', HOME)).toBeUndefined();
  });

  it('says which namespace is missing, and goes on from there', async () => {
    const { code, err } = await install('--no-wait', '--watch-namespace', 'nowhere');
    expect([code, err]).toEqual([1, expect.stringMatching(/^serin: Role nowhere\/serin-controller was not installed: .* Make the namespace nowhere first\. What was installed before it stays/)]);
    await driver.run(() => client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'nowhere' }, spec: {} }));
    expect((await install('--no-wait', '--watch-namespace', 'nowhere')).code).toBe(0);
  });

  describe('from one version of its kinds to another', () => {
    const name = 'releasepolicies.serin.dev';
    const older = { group: 'serin.dev', version: 'v1alpha0', kind: 'ReleasePolicy', plural: 'releasepolicies', namespaced: true } as const;
    const definition = (): CustomResourceDefinition => structuredClone(customResourceDefinitions().find(({ metadata }) => metadata.name === name)) as CustomResourceDefinition;
    /** As a Serin would bring it that has these versions, the last one stored. */
    const put = (...versions: string[]): Promise<unknown> => {
      const made = definition();
      const [present] = made.spec.versions;
      made.spec.versions = versions.map((version, index) => ({ ...structuredClone(present), name: version, served: true, storage: index === versions.length - 1 })) as typeof made.spec.versions;
      const [first] = made.spec.versions;
      const spec = first?.schema?.openAPIV3Schema?.properties?.['spec'];
      if (spec?.properties && first?.name === 'v1alpha0') spec.properties['note'] = { type: 'string' };
      return driver.run(() => client.apply(resources.customResourceDefinitions, made, { fieldManager: 'serin', force: true }));
    };
    // The cluster begins with the present one.
    beforeEach(async () => {
      await driver.run(() => client.delete(resources.customResourceDefinitions, { name }));
      await driver.until('it is gone', async () => (await client.find(resources.customResourceDefinitions, { name })) === undefined);
    });
    const write = (policyName: string, more: object = {}): Promise<unknown> =>
      driver.run(() => client.create(older, { apiVersion: 'serin.dev/v1alpha0', kind: 'ReleasePolicy', metadata: { name: policyName, namespace: 'default' }, spec: { workload: { deployment: policyName }, strategy: { canary: { steps: [{ weight: 50 }] } }, ...more } } as KubernetesObject));
    const stored = async (): Promise<unknown> => (await find<CustomResourceDefinition>('CustomResourceDefinition', name))?.status?.storedVersions;

    it('writes objects anew, and forgets the older version', async () => {
      await put('v1alpha0');
      await write('web');
      await put('v1alpha0', 'v1alpha1');
      expect(await stored()).toEqual(['v1alpha0', 'v1alpha1']);
      const { code, out } = await install('--no-wait');
      expect([code, out]).toEqual([0, expect.stringContaining(`${name}: 1 written anew as v1alpha1; no other version is stored any more\n`)]);
      expect(await stored()).toEqual(['v1alpha1']);
      expect((await driver.run(() => client.list(serinResources.releasePolicies))).items.map(({ metadata }) => metadata.name)).toEqual(['web']);
    });

    it('keeps what would lose a field, names it, and installs nothing', async () => {
      await put('v1alpha0');
      await write('web', { note: 'x' });
      await write('api');
      await put('v1alpha0', 'v1alpha1');
      const { code, out, err } = await install('--no-wait');
      expect([code, out]).toEqual([1, `${name}: 1 written anew as v1alpha1\n`]);
      expect(err).toBe(`${name}: these would lose fields that v1alpha1 does not have, and stay as they were stored. Take the fields out, then run serin migrate:\n  ReleasePolicy default/web: spec.note\nserin: nothing was installed: 1 of the objects of ${name} would lose fields.\n`);
      expect(await stored()).toEqual(['v1alpha0', 'v1alpha1']);
      await driver.run(() => client.patch(older, { namespace: 'default', name: 'web' }, { kind: 'merge', body: { spec: { note: null } } }));
      expect(await serin(driver, ['migrate'])).toMatchObject({ code: 0, out: `${name}: 2 written anew as v1alpha1; no other version is stored any more\n` });
      expect(await serin(driver, ['migrate'])).toMatchObject({ code: 0, out: "All objects of Serin's kinds are stored in their present version.\n" });
      expect((await install('--no-wait')).code).toBe(0);
    });

    it('refuses to go back to a version that does not know what is stored', async () => {
      await put('v1beta1');
      expect(await install('--no-wait')).toMatchObject({ code: 1, out: '', err: `serin: nothing was installed: objects of ${name} are stored as v1beta1, and this version of Serin knows only v1alpha1. It is older than what was installed last: install that version of Serin or a later one.\n` });
    });

    it('refuses to leave a version out on the way', async () => {
      await put('v1alpha0');
      expect((await install('--no-wait')).err).toContain('Versions in between have been left out: install the last version of Serin that has both v1alpha0 and v1alpha1, then this one.');
    });

    it('names fields that go although the version stays', async () => {
      const made = definition();
      const spec = made.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.['spec'];
      if (spec?.properties) spec.properties['note'] = { type: 'string' };
      await driver.run(() => client.apply(resources.customResourceDefinitions, made, { fieldManager: 'serin' }));
      await driver.run(() => client.create(serinResources.releasePolicies, { apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'default' }, spec: { workload: { deployment: 'web' }, strategy: { canary: { steps: [{ weight: 50 }] } }, note: 'x' } } as never));
      expect((await install('--no-wait')).err).toContain('This version of Serin has no such fields, and they go with the next write:\n  ReleasePolicy default/web: spec.note\n');
    });
  });

  it('uninstalls everything but the kinds and what is of them, and those too when it is told', async () => {
    await install('--no-wait');
    await driver.run(() => client.create(serinResources.releasePolicies, { ...policy([{ weight: 50 }]), metadata: { name: 'web', namespace: 'default' } }));
    const { code, out } = await uninstall();
    expect(code).toBe(0);
    // Who works ends before its rights do.
    expect(out.split('\n')[0]).toBe('Deployment serin-system/serin deleted');
    expect(out).toContain("Serin is gone from namespace serin-system, which stays; so do Serin's kinds, policies and releases.\n");
    for (const [kind, resource] of Object.entries(installedKinds).filter(([each]) => !['Namespace', 'CustomResourceDefinition', 'NetworkPolicy', 'ServiceMonitor', 'PrometheusRule'].includes(each))) {
      const { items } = await driver.run(() => client.list(resource as never, { labelSelector: 'app.kubernetes.io/part-of=serin' }));
      expect([kind, items]).toEqual([kind, []]);
    }
    expect((await uninstall('--delete-crds')).err).toBe('serin: nothing was taken away: with the definitions a policy would go, default/web. Take Serin away from their workloads first: serin eject web -n default.\n');
    await driver.run(() => client.delete(serinResources.releasePolicies, { name: 'web', namespace: 'default' }));
    expect((await uninstall('--delete-crds')).code).toBe(0);
    await driver.until('the definitions are gone', async () => (await client.find(resources.customResourceDefinitions, { name: 'releases.serin.dev' })) === undefined);
    expect((await uninstall()).out).toBe('There is nothing of serin install in namespace serin-system.\n');
  });

  it('does not uninstall in the middle of a release', async () => {
    await driver.startController();
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Progressing']);
    await install('--no-wait');
    expect((await uninstall()).err).toBe(`serin: nothing was taken away: 1 release under way, ${namespace}/web-1. Let them end, or end them with serin abort; --force leaves them as they are.\n`);
    expect((await uninstall('--force')).code).toBe(0);
    // Releases of other namespaces are no matter of an installation for one.
    await driver.run(() => client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, spec: {} }));
    await install('--no-wait', '-n', 'shop', '--watch-namespace', 'shop');
    expect((await uninstall('-n', 'shop')).code).toBe(0);
  });
});

describe('serin install with too few rights', () => {
  it('names all of them before anything is changed', async () => {
    const { api } = startApi();
    const admin = createClient(api.transport(), { fieldManager: 'test' });
    const jane = createClient(api.transport({ username: 'jane', groups: ['system:authenticated'] }), { fieldManager: 'test' });
    const group = { group: 'rbac.authorization.k8s.io', apiGroup: 'rbac.authorization.k8s.io' };
    const allow = (name: string, rules: object[]): Promise<unknown[]> => Promise.all([
      admin.create(installedKinds.ClusterRole, { apiVersion: `${group.group}/v1`, kind: 'ClusterRole', metadata: { name }, rules: rules as never }),
      admin.create(installedKinds.ClusterRoleBinding, { apiVersion: `${group.group}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: group.group, kind: 'ClusterRole', name }, subjects: [{ kind: 'User', name: 'jane', apiGroup: group.group }] }),
    ]);
    await allow('reads', [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]);
    const asJane = (): Promise<CommandResult> => serin(undefined, ['install', '--image', IMAGE, '--no-wait'], { client: jane });
    const none = await asJane();
    expect(none.code).toBe(1);
    expect(none.err).toMatch(/^serin: nothing was installed: you may not create namespaces; patch namespaces; create customresourcedefinitions\.apiextensions\.k8s\.io; .*create deployments\.apps in namespace serin-system; .*\. Let a cluster administrator run it, or hand over what serin install --dry-run prints\.\n$/);
    expect(await admin.find(resources.namespaces, { name: HOME })).toBeUndefined();

    // All kinds, but no rights of the controller's own: what one does not have one cannot give.
    const kinds = Object.values(installedKinds);
    await allow('writes', [{ apiGroups: [...new Set(kinds.map((each) => each.group))], resources: kinds.map(({ plural }) => plural), verbs: ['create', 'patch'] }]);
    const some = await asJane();
    expect(some.code).toBe(1);
    expect(some.err).toMatch(/^serin: ClusterRole serin-viewer was not installed: .*attempting to grant RBAC permissions not currently held[^]*Only who has these rights, or may "escalate" and "bind" roles, can give them to Serin/);
  });
});
