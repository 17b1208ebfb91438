import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../src/cluster/client.js';
import { createClient } from '../../src/cluster/create-client.js';
import { install } from '../../src/controller/installation.js';
import type { Resource } from '../../src/kubernetes/objects.js';
import type { User } from '../../src/local/api/request/users.js';
import { startApi } from '../../src/local/api/testing/local-client.js';
import { systemClock } from '../../src/ports/clock.js';
import { seededRandom } from '../../src/ports/random.js';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { setImage, settle, untilPhase, web } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';
import { deploymentText, documents, folder, policyText, routeText, serviceText } from './files.js';

describe('apply', () => {
  let driver: Driver;
  const removing: (() => void)[] = [];
  beforeEach(async () => {
    driver = new Driver();
    await driver.start();
  });
  afterEach(async () => {
    removing.splice(0).forEach((remove) => remove());
    await driver.stop();
  });

  const apply = (text: string, ...args: string[]): Promise<CommandResult> => {
    const { path, remove } = folder({ 'app.yaml': text });
    removing.push(remove);
    return serin(driver, ['apply', '-f', 'app.yaml', ...args], { cwd: path });
  };
  const whole = (): string => documents(policyText(), routeText, deploymentText(), serviceText);

  it('creates everything in an order that works, then changes only what is another', async () => {
    const first = await apply(whole());
    expect(first).toMatchObject({ code: 0, out: 'Service default/web created\nDeployment default/web created\nVirtualService default/web created\nReleasePolicy default/web created\n' });
    await driver.until('the policy rests', async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === 'Resting');
    const second = await apply(documents(policyText({ drain: '3s' }), routeText, deploymentText(), serviceText));
    expect(second.out).toBe('Service default/web unchanged\nDeployment default/web unchanged\nVirtualService default/web unchanged\nReleasePolicy default/web configured\n');
  });

  it('brings namespaces and definitions of kinds first, with one command for a whole folder', async () => {
    const definition = JSON.stringify({
      apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
    });
    const { path, remove } = folder({ 'm/1.yaml': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one, namespace: shop}\n', 'm/2.json': definition, 'm/3.yml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n', 'm/notes.txt': 'no manifest' });
    removing.push(remove);
    expect(await serin(driver, ['apply', '-f', 'm', '--dry-run'], { cwd: path })).toMatchObject({ code: 0, out: 'Namespace shop created (dry run)\nCustomResourceDefinition widgets.example.com created (dry run)\nWidget shop/one created (dry run)\n' });
    expect(await serin(driver, ['apply', '-f', 'm'], { cwd: path })).toMatchObject({ code: 0, err: '', out: 'Namespace shop created\nCustomResourceDefinition widgets.example.com created\nWidget shop/one created\n' });
  });

  it('changes nothing in a dry run', async () => {
    expect(await apply(whole(), '--dry-run')).toMatchObject({ code: 0 });
    expect(await driver.run(() => driver.client.find(resources.deployments, web))).toBeUndefined();
  });

  it('applies nothing when anything is wrong, and says all of it', async () => {
    const { code, err, out } = await apply(documents(policyText({ service: 'wbe' }), deploymentText(), serviceText, routeText, 'apiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: x}\n'));
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('spec.service: Service wbe: does not exist.');
    expect(err).toContain('kind: the cluster does not know Deploymnet of apps/v1.\n  Did you mean Deployment?');
    expect(err).toMatch(/serin: nothing was applied: \d problems in app.yaml.\n$/);
    expect(await driver.run(() => driver.client.find(resources.services, web))).toBeUndefined();
  });

  it('names what the cluster lacks: Deployment, Service, VirtualService, namespace', async () => {
    const { err } = await apply(policyText());
    expect(err).toContain('spec.workload.deployment: there is no Deployment web in namespace default.');
    expect(err).toContain('spec.service: Service web: does not exist.');
    expect(err).toContain('spec.service: Service web: no VirtualService of this namespace has an http route to it.');
    const elsewhere = await apply(policyText({}, { name: 'web', namespace: 'nowhere' }));
    expect(elsewhere.err).toContain('metadata.namespace: there is no namespace nowhere.\n  Create it (kubectl create namespace nowhere)');
  });

  it('refuses a second policy, a Recreate Deployment and weights that Pods cannot show, as the policy would say itself', async () => {
    await settle(driver);
    const second = await apply(policyText({}, { name: 'web-again' }));
    expect(second.err).toContain('policy web releases Deployment web already. Delete one of the two.'.replace('. ', '.\n  '));
    await driver.run(() => driver.client.patch(resources.deployments, web, { kind: 'merge', body: { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } } }));
    const recreate = await apply(policyText());
    expect(recreate.err).toContain('Deployment web has strategy Recreate, which takes all Pods down first.');
    // What is on the cluster already says the same on itself.
    await driver.until('the policy is refused', async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === 'Refused');
    const { status } = await driver.run(() => driver.client.get(serinResources.releasePolicies, web));
    expect(status?.message).toBe('spec.workload.deployment: Deployment web has strategy Recreate, which takes all Pods down first. Set spec.strategy.type of the Deployment to RollingUpdate.');
    expect((await apply(policyText({ router: { service: {} } }))).err).toContain('weight 10 % cannot be shown by 4 stable Pods');
  });

  it('leaves a release under way alone when its policy is applied again', async () => {
    await settle(driver);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Progressing']);
    expect(await apply(policyText({ strategy: { canary: { steps: [{ weight: 100 }] } } }), '--force-conflicts')).toMatchObject({ code: 0 });
    const release = await untilPhase(driver, ['Completed', 'Aborted']);
    expect(release.status?.phase).toBe('Completed');
    expect(release.spec.plan.steps).toHaveLength(5);
  });

  it('names who owns a field that it would change, and takes it over when told to', async () => {
    await apply(documents(serviceText, deploymentText()));
    await driver.run(() => driver.client.apply(resources.deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: web, spec: { replicas: 7 } } as never, { fieldManager: 'autoscaler', force: true }));
    const refused = await apply(deploymentText());
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('autoscaler');
    expect(refused.err).toContain('--force-conflicts');
    expect(await apply(deploymentText(), '--force-conflicts')).toMatchObject({ code: 0, out: 'Deployment default/web configured\n' });
  });

  it('asks nothing of routing products that the policy does not name: an ordinary user may not see them', async () => {
    const { api } = startApi();
    const clientOf = (user?: User): ClusterClient => createClient(api.transport(user), { fieldManager: 'test', clock: systemClock, random: seededRandom(1) });
    const [admin, jane] = [clientOf(), clientOf({ username: 'jane', groups: ['system:authenticated'] })];
    await install(admin, systemClock, new AbortController().signal);
    const named = (kind: string, plural: string): Resource => ({ group: 'rbac.authorization.k8s.io', version: 'v1', kind, plural, namespaced: false });
    const head = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'developer' } };
    const verbs = ['get', 'list', 'create', 'patch'];
    await admin.create(named('ClusterRole', 'clusterroles'), { ...head, kind: 'ClusterRole', rules: [{ apiGroups: ['', 'apps', 'discovery.k8s.io', 'serin.dev'], resources: ['*'], verbs }] });
    await admin.create(named('ClusterRoleBinding', 'clusterrolebindings'), { ...head, kind: 'ClusterRoleBinding', roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'developer' }, subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }] });
    const { path, remove } = folder({ 'app.yaml': documents(policyText({ router: { service: { approximate: true } } }), deploymentText(), serviceText), 'mesh.yaml': policyText({}, { name: 'other' }), 'wrong.yaml': policyText({ service: 'wbe', router: { service: { approximate: true } } }) });
    removing.push(remove);
    const command = (file: string): Promise<CommandResult> => serin(undefined, ['apply', '-f', file], { client: jane, cwd: path, clock: systemClock });
    expect(await command('app.yaml')).toMatchObject({ code: 0, err: '', out: 'Service default/web created\nDeployment default/web created\nReleasePolicy default/web created\n' });
    expect((await command('wrong.yaml')).err).toContain('spec.service: Service wbe: does not exist.');
    // What she may not see cannot be said to be missing.
    expect((await command('mesh.yaml')).err).not.toMatch(/forbidden|VirtualService/);
  });

  it('prints objects as data', async () => {
    const { out } = await apply(serviceText, '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ kind: 'List', items: [{ kind: 'Service', metadata: { name: 'web' } }] });
  });
});
