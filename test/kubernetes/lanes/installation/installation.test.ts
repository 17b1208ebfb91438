import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedKinds } from '../../../../src/installation/kinds.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { API_VERSION, serinResources } from '../../../../src/model/resources.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { run, type Ended } from '../../../started/run.js';
import { readAudit } from '../../lab/audit.js';
import { LabShop } from '../../lab/lab-shop.js';
import type { Lab } from '../../lab/open-lab.js';
import { programPath } from '../../lab/programs.js';
import { project } from '../../lab/project.js';
import { ServiceLoad } from '../../lab/service-load.js';
import { KindVersions } from './kind-versions.js';
import { breakInstallation, closeLacking, faults, openLacking, withApplication } from './lacking.js';
import { clientAs, controllers, fine, HOME, startOwnCluster, type OwnCluster } from './own-cluster.js';

const steps = [{ weight: 20 }, { pause: {} }, { weight: 50 }];
const strategy = { canary: { steps } };

/** One after the other: each goes on from what the one before left. */
describe.sequential('Serin installed on a real cluster', () => {
  let cluster: OwnCluster;
  let lab: Lab;
  let shop: LabShop;
  beforeAll(async () => {
    cluster = await startOwnCluster(AbortSignal.timeout(170_000));
    ({ lab } = cluster);
  });
  afterAll(() => cluster?.stop());

  const leader = async (): Promise<string | undefined> => (await lab.client.find(resources.leases, { namespace: HOME, name: 'serin' }))?.spec.holderIdentity?.split('_')[0];
  const anotherLeads = (before: string | undefined): Promise<unknown> => eventually('another one leads', async () => ![undefined, '', before].includes(await leader()));
  const kubectl = (...args: string[]): Promise<Ended> => run(programPath('kubernetes', 'kubectl'), args, { cwd: project, env: { ...process.env, KUBECONFIG: lab.kubeconfig } });
  const helm = (...args: string[]): Promise<Ended> => run(programPath('helm'), args, { cwd: project, env: { ...process.env, KUBECONFIG: lab.kubeconfig, HELM_CACHE_HOME: lab.directory, HELM_CONFIG_HOME: lab.directory, HELM_DATA_HOME: lab.directory }, patience: 120_000 });
  const refused = async (): Promise<unknown[]> => (await readAudit(cluster.auditLog)).filter(({ code }) => code === 403);

  it('objects that an older version of a kind has stored are written anew, and nothing goes back to what does not know them', async () => {
    const versions = new KindVersions(lab, 'releasepolicies.serin.dev');
    await versions.put({ v1alpha0: 'stored' });
    await versions.create('plain', {});
    await versions.create('noted', { note: 'x' });
    expect((await lab.serin('install', '--image', 'lab/serin:v1')).stderr).toContain('install the last version of Serin that has both v1alpha0 and v1alpha1, then this one');
    // As that one brings it.
    await versions.put({ v1alpha0: 'served', v1alpha1: 'stored' });
    const kept = await lab.serin('install', '--image', 'lab/serin:v1');
    expect(kept).toMatchObject({ code: 1, stdout: 'releasepolicies.serin.dev: 1 written anew as v1alpha1\n', stderr: expect.stringContaining('  ReleasePolicy default/noted: spec.note\n') });
    expect(await versions.stored()).toEqual(['v1alpha0', 'v1alpha1']);
    await versions.patch('noted', { note: null });
    expect(fine(await lab.serin('migrate'))).toBe('releasepolicies.serin.dev: 2 written anew as v1alpha1; no other version is stored any more\n');
    // An API server that found an object of another version in its store could not read it.
    await versions.put({ v1alpha1: 'stored' });
    expect((await lab.client.list(serinResources.releasePolicies, { namespace: 'default' })).items.map(({ metadata }) => metadata.name)).toEqual(['noted', 'plain']);
    // Of a Serin that is newer than this one.
    await versions.put({ v1alpha1: 'served', v1beta1: 'stored' });
    expect(await lab.serin('install', '--image', 'lab/serin:v1')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('are stored as v1beta1, and this version of Serin knows only v1alpha1. It is older than what was installed last') });
    for (const name of ['plain', 'noted']) await lab.client.delete(serinResources.releasePolicies, { namespace: 'default', name });
    await versions.put({ v1beta1: 'served', v1alpha1: 'stored' });
  });

  it('by serin install, one controller leads and one stands by', async () => {
    const out = fine(await lab.serin('install', '--image', 'lab/serin:v1', '--timeout', '2m'));
    expect(out).toMatch(/Serin \d+\.\d+\.\d+ leads in namespace serin-system\.\n$/);
    const states = await eventually('two controllers answer', async () => {
      const all = (await controllers(lab)).map(({ state }) => state).sort();
      return all.length === 2 && all;
    });
    expect(states).toEqual(['leads', 'stands by']);
    expect(fine(await lab.serin('install', '--image', 'lab/serin:v1')).match(/ unchanged$/gm)?.length).toBe(33);
  });

  it('serin doctor says what is missing, and what to do', async () => {
    expect(await faults(lab, 'Istio', 'ingress-nginx', 'Gateway API', 'kinds', 'admission', 'Argo CD', 'controller', 'rights')).toEqual([]);
    await openLacking(lab);
    expect(await faults(lab, 'Istio', 'ingress-nginx', 'Gateway API')).toEqual([
      'fail Istio: This cluster has no VirtualServices, and lacking/mesh steers by it. Install Istio, or choose another router: serin routers lists them.',
      'fail ingress-nginx: No IngressClass is of ingress-nginx, and lacking/ingress steers by it. Install ingress-nginx, or choose another router: serin routers lists them.',
      'fail Gateway API: This cluster does not know the Gateway API, and lacking/gateway steers by it. Install its definitions and a controller for them, or choose another router: serin routers lists them.',
    ]);
    await withApplication(lab, async () => {
      expect(await faults(lab, 'Istio', 'Argo CD')).toEqual([
        'warn Istio: No ready Deployment with the label app=istiod was found, and lacking/mesh steers by it. Where istiod runs outside of this cluster all is well; else install it: without it nothing takes over what Serin writes.',
        'warn Istio: Namespace lacking has no label by which Istio injects proxies: requests from Pods there may not be split. kubectl label namespace lacking istio-injection=enabled, and restart the Pods that call the Service.',
        expect.stringMatching(/^fail Argo CD: Application lacking\/mesh puts back what releases write in VirtualService lacking\/mesh\. Set in its spec: ignoreDifferences \{group: networking\.istio\.io, kind: VirtualService, name: mesh, jsonPointers: \[\/spec\/http\]\}; syncOptions \[RespectIgnoreDifferences=true\]\./),
      ]);
    });
    await closeLacking(lab);
    await breakInstallation(lab);
    expect((await faults(lab, 'kinds', 'admission')).sort()).toEqual([
      expect.stringMatching(/^fail admission: The admission policy serin-pause-on-new-version or its binding is missing: a changed template rolls out without a release\. serin install puts it there\./),
      expect.stringMatching(/^fail kinds: CustomResourceDefinition freezewindows\.serin\.dev is (missing|being deleted, and all objects with it)\. /),
      expect.stringMatching(/^warn kinds: CustomResourceDefinition releases\.serin\.dev is of version 0\.0\.1 of Serin than this command\. /),
    ]);
    // What it says to do.
    fine(await lab.serin('install', '--image', 'lab/serin:v1', '--timeout', '2m'));
    await eventually('all is there', async () => (await faults(lab, 'kinds', 'admission', 'controller')).length === 0);
  });

  it('with nothing but the rights of its ServiceAccount it brings a release to its end, and counts it', async () => {
    shop = await LabShop.open(lab, 'installed', { strategy });
    await shop.set('example/shop:v2');
    await shop.atPause();
    await shop.goOn();
    await shop.ends('Completed', 120);
    await shop.atRest();
    const metrics = (await controllers(lab)).find(({ state }) => state === 'leads')?.metrics ?? '';
    expect(metrics).toMatch(/^serin_releases_ended_total\{outcome="Completed",reason="",strategy="canary"\} 1$/m);
    expect(metrics).toMatch(/^serin_release_duration_seconds_count\{outcome="Completed",strategy="canary"\} 1$/m);
    expect(metrics).not.toContain('code="403"');
    expect(await refused()).toEqual([]);
  });

  it('an upgrade in the middle of a release loses nothing, and no request fails', async () => {
    const load = await ServiceLoad.start(lab.client, shop.namespace);
    await shop.set('example/shop:v1');
    await shop.atPause();
    const before = await leader();
    fine(await lab.serin('install', '--image', 'lab/serin:v2', '--timeout', '2m'));
    expect(await leader()).not.toBe(before);
    expect(await shop.readyPods()).toEqual({ 'example/shop:v2': 4, 'example/shop:v1': 1 });
    await shop.goOn();
    await shop.ends('Completed', 120);
    await shop.atRest();
    expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 4 });
    const { requests, failures, versions } = await load.stop();
    expect(failures).toEqual([]);
    expect([requests > 100, Object.keys(versions).sort()]).toEqual([true, ['v1', 'v2']]);
  });

  it('takes over when the Pod that leads is deleted', async () => {
    const before = await leader();
    await lab.client.delete(resources.pods, { namespace: HOME, name: before ?? '' });
    await anotherLeads(before);
  });

  it('its disruption budget lets one Pod of it be evicted, and the next only when there are two again', async () => {
    const allowed = async (): Promise<number | undefined> => (await lab.client.get(resources.podDisruptionBudgets, { namespace: HOME, name: 'serin' })).status?.disruptionsAllowed;
    const both = async (): Promise<string[] | false> => {
      const names = (await controllers(lab)).map(({ name }) => name);
      return names.length === 2 && (await allowed()) === 1 && names;
    };
    const names = await eventually('an eviction is allowed', both);
    const before = await leader();
    const other = names.find((name) => name !== before) ?? '';
    await lab.client.evict({ namespace: HOME, name: before ?? '' });
    await expect(lab.client.evict({ namespace: HOME, name: other })).rejects.toMatchObject({ code: 429 });
    await anotherLeads(before);
    expect(await eventually('the next is allowed', both)).toContain(other);
  });

  it('people get rights by the roles of the cluster: viewers look, editors release, administrators approve', async () => {
    const namespace = 'installed';
    const may = async (role: string, verb: string, plural: string): Promise<boolean> => {
      const name = `${role}-of-shop`;
      await lab.client.apply(installedKinds.RoleBinding, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { namespace, name }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role }, subjects: [{ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' }] } as never, { fieldManager: 'test' });
      const person = await clientAs(lab, name);
      try {
        const review = await person.client.create({ group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', namespaced: false }, { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: { name: '' }, spec: { resourceAttributes: { namespace, verb, group: 'serin.dev', resource: plural } } });
        return (review as { status?: { allowed?: boolean } }).status?.allowed === true;
      } finally {
        await person.stop();
      }
    };
    const table = await Promise.all(['view', 'edit', 'admin', 'serin-viewer', 'serin-releaser', 'serin-approver'].map(async (role) => [role, await may(role, 'get', 'releases'), await may(role, 'patch', 'releases'), await may(role, 'create', 'approvals')]));
    expect(table).toEqual([
      ['view', true, false, false], ['edit', true, true, false], ['admin', true, true, true],
      ['serin-viewer', true, false, false], ['serin-releaser', true, true, false], ['serin-approver', true, false, true],
    ]);
  });

  it('in one namespace it works there, and has no rights in any other', async () => {
    await lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' }, spec: {} });
    const out = fine(await lab.serin('install', '--image', 'lab/serin:v1', '--watch-namespace', 'installed', '--timeout', '2m'));
    expect(out).toContain('ClusterRoleBinding system:serin:controller taken away');
    const { items } = await lab.client.list(resources.pods, { namespace: HOME });
    expect(items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).every(({ spec }) => spec?.containers[0]?.args?.includes('--watch-namespace=installed'))).toBe(true);
    await lab.client.create(serinResources.releasePolicies, { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'elsewhere' }, spec: { workload: { deployment: 'web' }, strategy } });
    const since = (await refused()).length;
    await shop.set('example/shop:v2');
    await shop.atPause();
    await shop.goOn();
    await shop.ends('Completed', 120);
    await shop.atRest();
    expect((await lab.client.get(serinResources.releasePolicies, { namespace: 'elsewhere', name: 'web' })).status).toBeUndefined();
    expect((await refused()).slice(since)).toEqual([]);
    const account = await clientAs(lab, `system:serviceaccount:${HOME}:serin`);
    await expect(account.client.list(resources.secrets, { namespace: 'elsewhere' })).rejects.toMatchObject({ code: 403 });
    await expect(account.client.list(resources.deployments, { namespace: 'elsewhere' })).rejects.toMatchObject({ code: 403 });
    await account.stop();
    await lab.client.delete(serinResources.releasePolicies, { namespace: 'elsewhere', name: 'web' });
  });

  it('uninstalled, the program serves on, and so do its policy and releases', async () => {
    expect(fine(await lab.serin('uninstall'))).toContain("so do Serin's kinds, policies and releases.");
    expect(await controllers(lab)).toEqual([]);
    // They could give it back, because their rights went after them.
    expect(await leader()).toBe('');
    await shop.untilAnswering({ v2: 4 });
    const { code, stderr } = await lab.serin('uninstall', '--delete-crds');
    expect([code, stderr]).toEqual([1, expect.stringContaining('Take Serin away from their workloads first: serin eject ')]);
  });

  it('by kubectl, from what a dry run prints', async () => {
    const yaml = fine(await lab.serin('install', '--image', 'lab/serin:v1', '--dry-run'));
    const file = join(lab.directory, 'serin.yaml');
    await writeFile(file, yaml);
    expect(fine(await kubectl('apply', '--server-side', '--force-conflicts', '-f', file))).toContain('deployment.apps/serin serverside-applied');
    fine(await kubectl('-n', HOME, 'rollout', 'status', 'deployment/serin', '--timeout=120s'));
    await eventually('one leads', async () => (await controllers(lab)).some(({ state }) => state === 'leads'));
    fine(await lab.serin('uninstall'));
    await eventually('the controllers are gone', async () => (await controllers(lab)).length === 0);
  });

  it('[S3-05] by helm: install, a release, upgrade, and an uninstallation that keeps the kinds', async () => {
    const common = ['charts/serin', '--namespace', HOME, '--set', 'image.repository=lab/serin', '--wait', '--timeout', '120s'];
    // What others own belongs to Helm only when it is told so: the definitions were kept.
    const taken = await helm('install', 'serin', ...common, '--set', 'image.tag=v1', '--take-ownership', '--force-conflicts');
    expect([taken.code, taken.stdout + taken.stderr]).toEqual([0, expect.stringContaining('STATUS: deployed')]);
    await eventually('one leads', async () => (await controllers(lab)).some(({ state }) => state === 'leads'));
    expect((await lab.serin('install', '--image', 'lab/serin:v1')).stderr).toContain('belongs to Helm. Bring it up to date with helm upgrade');
    await shop.set('example/shop:v1');
    await shop.atPause();
    const upgraded = await helm('upgrade', 'serin', ...common, '--set', 'image.tag=v2', '--force-conflicts');
    expect([upgraded.code, upgraded.stdout + upgraded.stderr]).toEqual([0, expect.stringContaining('STATUS: deployed')]);
    await shop.goOn();
    await shop.ends('Completed', 120);
    await shop.atRest();
    const removed = await helm('uninstall', 'serin', '--namespace', HOME, '--wait');
    expect([removed.code, removed.stdout + removed.stderr]).toEqual([0, expect.stringContaining('CustomResourceDefinition')]);
    expect((await lab.client.get(serinResources.releasePolicies, shop.key)).status?.phase).toBe('Resting');
    await shop.untilAnswering({ v1: 4 });
  });

  it('and at last without a trace', async () => {
    fine(await lab.serin('eject', shop.name, '-n', 'installed'));
    fine(await lab.serin('uninstall', '--delete-crds'));
    await eventually('the kinds are gone', async () => (await lab.client.list(resources.customResourceDefinitions)).items.every(({ spec }) => spec.group !== 'serin.dev'));
    await shop.untilAnswering({ v1: 4 });
  });
});
