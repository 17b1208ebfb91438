import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/cluster/create-client.js';
import { installedKinds } from '../../src/installation/kinds.js';
import { customResourceDefinitions } from '../../src/model/custom-resources.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { startApi } from '../../src/local/api/testing/local-client.js';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { namespace, policy, service, virtualService } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';
import { withOwnRole } from './own-role.js';

const HOME = 'serin-system';
const IMAGE = 'registry.example.com/serin:1.2.3';

describe('serin doctor', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver();
    await driver.startCluster();
  });
  afterEach(() => driver.stop());

  const doctor = (...args: string[]): Promise<CommandResult> => serin(driver, ['doctor', ...args]);
  const lines = async (result: 'warn' | 'fail' | 'ok'): Promise<string[]> => (await doctor()).out.split('\n').filter((line) => line.startsWith(`${result} `)).map((line) => line.slice(6).replace(/ {2,}/, ': '));
  const put = (resource: Resource<KubernetesObject>, object: object): Promise<unknown> =>
    driver.run(() => driver.client.apply(resource, { apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`, kind: resource.kind, ...object } as KubernetesObject, { fieldManager: 'test', force: true }));
  const remove = (resource: Resource<KubernetesObject>, name: string, within?: string): Promise<unknown> => driver.run(() => driver.client.delete(resource, { name, ...(within === undefined ? {} : { namespace: within }) }));
  const lead = (seconds = 0): Promise<unknown> =>
    put(resources.leases as Resource<KubernetesObject>, { metadata: { name: 'serin', namespace: HOME }, spec: { holderIdentity: 'serin-abc', leaseDurationSeconds: 15, renewTime: `${new Date(driver.clock.now() - seconds * 1000).toISOString().slice(0, -1)}000Z` } });
  /** What a policy steers, and the policy as a controller that looked at it left it. */
  const shop = async (wanted: ReleasePolicy, status: ReleasePolicy['status'] = { phase: 'Resting' }): Promise<void> => {
    await put(resources.services as Resource<KubernetesObject>, service);
    await put(resources.virtualServices as Resource<KubernetesObject>, virtualService);
    await driver.run(async () => driver.client.replace(serinResources.releasePolicies, { ...(await driver.client.create(serinResources.releasePolicies, wanted)), status }, { subresource: 'status' }));
  };
  const everythingThere = async (): Promise<void> => {
    await withOwnRole(driver);
    await serin(driver, ['install', '--image', IMAGE, '--no-wait']);
    await lead();
    await driver.until('the Pods of the controllers are ready', async () => (await driver.client.get(resources.deployments, { namespace: HOME, name: 'serin' })).status?.readyReplicas === 2);
    await lead();
  };

  it('finds nothing to do where everything is there', async () => {
    await everythingThere();
    expect(await lines('fail')).toEqual([]);
    expect(await lines('warn')).toEqual([]);
    const { code, out, err } = await doctor();
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('ok    Kubernetes     v1.36.2.\n');
    expect(out).toContain('ok    controller     Deployment serin-system/serin: 2 of 2 Pods are ready.\n');
    expect(out).toContain('ok    controller     serin-abc leads, by Lease serin-system/serin.\n');
    expect(out).toContain('ok    rights         ServiceAccount serin-system/serin may do all that a controller does.\n');
  });

  it('answers programs, too', async () => {
    await everythingThere();
    const { code, out } = await doctor('-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toContainEqual({ check: 'Kubernetes', result: 'ok', message: 'v1.36.2.' });
    expect((await doctor('-o', 'yaml')).out).toContain('- check: Kubernetes\n  result: ok\n');
  });

  it('misses a controller, and ends with 1', async () => {
    const { code, err } = await doctor();
    expect([code, err]).toEqual([1, 'serin: 1 check failed.\n']);
    expect(await lines('fail')).toEqual(['controller: No controller leads. serin install puts one on the cluster.']);
  });

  it('tells a leader that is gone from one whose clock goes wrong', async () => {
    await everythingThere();
    await lead(600);
    expect(await lines('fail')).toEqual([expect.stringMatching(/^controller: No controller leads: serin-abc has not been heard of since .*kubectl -n serin-system get pods/)]);
    // It renews its Lease, with whatever time it believes in.
    const stop = new AbortController();
    const renewing = (async () => {
      for (let count = 0; !stop.signal.aborted; count++) {
        await driver.clock.sleep(2000);
        await driver.client.patch(resources.leases, { namespace: HOME, name: 'serin' }, { kind: 'merge', body: { spec: { leaseTransitions: count } } });
      }
    })();
    expect(await lines('fail')).toEqual([]);
    stop.abort();
    await driver.run(() => renewing);
  });

  it('misses kinds, and sees those of another version', async () => {
    await everythingThere();
    const [policies] = customResourceDefinitions();
    await remove(resources.customResourceDefinitions as Resource<KubernetesObject>, 'approvals.serin.dev');
    await driver.run(() => driver.client.patch(resources.customResourceDefinitions, { name: policies?.metadata.name ?? '' }, { kind: 'json', body: [{ op: 'add', path: '/spec/versions/0/schema/openAPIV3Schema/properties/more', value: { type: 'string' } }] }));
    expect(await lines('fail')).toEqual(['kinds: CustomResourceDefinition approvals.serin.dev is missing. serin install, or helm upgrade --install, brings them up to date.']);
    expect(await lines('warn')).toEqual([expect.stringMatching(/^kinds: CustomResourceDefinition releasepolicies\.serin\.dev is of version 0\.0\.0 of Serin than this command/)]);
  });

  it('names the rights that the controllers lack', async () => {
    await everythingThere();
    await driver.run(() => driver.client.patch(installedKinds.ClusterRole, { name: 'system:serin:controller' }, { kind: 'json', body: [{ op: 'remove', path: '/rules/0' }] }));
    expect(await lines('fail')).toEqual(['rights: ServiceAccount serin-system/serin may not get, list, watch, create, patch, update, delete releasepolicies.serin.dev; get, list, watch, create, patch, update, delete releases.serin.dev. serin install, or helm upgrade, gives it the rights of this version.']);
  });

  it('says what is lost without admission policies', async () => {
    await everythingThere();
    await shop(policy([{ approve: {} }, { weight: 50 }]));
    await remove(resources.mutatingAdmissionPolicyBindings as Resource<KubernetesObject>, 'serin-pause-on-new-version');
    await driver.run(() => driver.client.patch(resources.validatingAdmissionPolicyBindings, { name: 'serin-approvals-are-their-authors' }, { kind: 'merge', body: { spec: { validationActions: ['Audit'] } } }));
    const failed = await lines('fail');
    expect(failed).toContainEqual('admission: The admission policy serin-approvals-are-their-authors or its binding was changed: anybody may speak for anybody. serin install puts it there.');
    expect(failed).toContainEqual(expect.stringMatching(/^admission: The admission policy serin-pause-on-new-version or its binding is missing: a changed template rolls out without a release/));
  });

  it('misses routing products that policies steer by, and nothing else', async () => {
    await everythingThere();
    await shop(policy([{ weight: 50 }], { istio: {} }));
    expect(await lines('warn')).toEqual([
      'Istio: No ready Deployment with the label app=istiod was found, and default/web steers by it. Where istiod runs outside of this cluster all is well; else install it: without it nothing takes over what Serin writes.',
      'Istio: Namespace default has no label by which Istio injects proxies: requests from Pods there may not be split. kubectl label namespace default istio-injection=enabled, and restart the Pods that call the Service.',
    ]);
    await put(serinResources.releasePolicies as Resource<KubernetesObject>, { ...policy([{ weight: 50 }], { gatewayApi: {} }), metadata: { name: 'other', namespace } });
    await put(serinResources.releasePolicies as Resource<KubernetesObject>, { ...policy([{ weight: 50 }], { ingressNginx: {} }), metadata: { name: 'third', namespace } });
    const failed = await lines('fail');
    expect(failed).toContainEqual('Gateway API: This cluster does not know the Gateway API, and default/other steers by it. Install its definitions and a controller for them, or choose another router: serin routers lists them.');
    expect(failed).toContainEqual('ingress-nginx: No IngressClass is of ingress-nginx, and default/third steers by it. Install ingress-nginx, or choose another router: serin routers lists them.');
  });

  it('repeats what keeps a policy from running', async () => {
    await everythingThere();
    await shop(policy([{ weight: 50 }]), { phase: 'Refused', message: 'spec.workload.deployment: there is no Deployment web in namespace default.' });
    expect(await lines('fail')).toContainEqual(expect.stringMatching(/^policies: Policy default\/web cannot run: .*there is no Deployment web.* Mend it: serin lint says the same of a file\.$/));
  });

  describe('with GitOps tools', () => {
    const definition = (group: string, version: string, kind: string, plural: string): Promise<unknown> =>
      put(resources.customResourceDefinitions as Resource<KubernetesObject>, {
        metadata: { name: `${plural}.${group}` },
        spec: { group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` }, versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
      });
    const application = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespaced: true } as Resource<KubernetesObject>;
    const kustomization = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', plural: 'kustomizations', namespaced: true } as Resource<KubernetesObject>;
    const served = (resource: Resource<KubernetesObject>): Promise<unknown> => driver.until('the kind is served', async () => driver.client.list(resource).then(() => true, () => false));

    it('names the ignore settings that an Application of Argo CD lacks', async () => {
      await everythingThere();
      await shop(policy([{ weight: 50 }], { istio: {} }));
      await definition('argoproj.io', 'v1alpha1', 'Application', 'applications');
      await served(application);
      const app = (spec: object): Promise<unknown> => put(application, { metadata: { name: 'web', namespace }, spec, status: { resources: [{ group: 'networking.istio.io', version: 'v1', kind: 'VirtualService', namespace, name: 'web' }] } });
      await app({ syncPolicy: { automated: { selfHeal: true } } });
      expect(await lines('fail')).toEqual(['Argo CD: Application default/web puts back what releases write in VirtualService default/web. Set in its spec: ignoreDifferences {group: networking.istio.io, kind: VirtualService, name: web, jsonPointers: [/spec/http]}; syncOptions [RespectIgnoreDifferences=true]. Not looked at is what argocd-cm says of all applications.']);
      const ignoreDifferences = [{ group: 'networking.istio.io', kind: 'VirtualService', jqPathExpressions: ['.spec.http[].route'] }];
      await app({ syncPolicy: { automated: { selfHeal: true } }, ignoreDifferences });
      expect(await lines('fail')).toEqual([expect.stringMatching(/Set in its spec: syncOptions \[RespectIgnoreDifferences=true\]\./)]);
      await app({ syncPolicy: {}, ignoreDifferences: [] });
      expect(await lines('warn')).toContainEqual(expect.stringMatching(/^Argo CD: Application default\/web puts back, at each sync, what releases write/));
      await app({ syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] }, ignoreDifferences });
      expect(await lines('ok')).toContain('Argo CD: Application default/web leaves alone what Serin writes.');
    });

    it('names the Deployments of versions whose sizes are in git, and no others', async () => {
      await everythingThere();
      const sized = (name: string, replicas?: number): Promise<unknown> =>
        put(resources.deployments as Resource<KubernetesObject>, {
          metadata: { name, namespace },
          spec: { ...(replicas === undefined ? {} : { replicas }), selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'web:v1' }] } } },
        });
      await sized('web-v1', 2);
      await sized('web-v2');
      const { service: _, ...spec } = policy([{ weight: 50 }]).spec;
      await shop({ ...policy([]), spec: { ...spec, workload: { versions: { list: [{ deployment: 'web-v1' }, { deployment: 'web-v2' }] } } } });
      await definition('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'kustomizations');
      await served(kustomization);
      const flux = (spec: object): Promise<unknown> => put(kustomization, { metadata: { name: 'web', namespace }, spec, status: { inventory: { entries: ['web-v1', 'web-v2'].map((name) => ({ id: `${namespace}_${name}_apps_Deployment`, v: 'v1' })) } } });
      await flux({});
      expect(await lines('fail')).toEqual([expect.stringMatching(/^Flux: Kustomization default\/web puts back what releases write in Deployment default\/web-v1\. Set in its spec \(Flux 2\.9\): ignore \[\{target: \{kind: Deployment, name: web-v1\}, paths: \[\/spec\/replicas\]\}\]/)]);
      await flux({ ignore: [{ target: { kind: 'Deployment', name: 'web-v[12]' }, paths: ['/spec/replicas'] }] });
      expect(await lines('fail')).toEqual([]);
    });

    it('names those that a Kustomization of Flux lacks', async () => {
      await everythingThere();
      await shop(policy([{ weight: 50 }], { service: {} }));
      await definition('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'kustomizations');
      await served(kustomization);
      const flux = (spec: object): Promise<unknown> => put(kustomization, { metadata: { name: 'web', namespace }, spec, status: { inventory: { entries: [{ id: `${namespace}_web__Service`, v: 'v1' }] } } });
      await flux({});
      expect(await lines('fail')).toEqual(['Flux: Kustomization default/web puts back what releases write in Service default/web. Set in its spec (Flux 2.9): ignore [{target: {kind: Service, name: web}, paths: [/spec/selector]}]; before, the annotation kustomize.toolkit.fluxcd.io/ssa: IfNotPresent on the objects.']);
      await flux({ ignore: [{ target: { kind: 'Service' }, paths: ['/spec/selector'] }] });
      expect(await lines('fail')).toEqual([]);
      await flux({});
      await driver.run(() => driver.client.patch(resources.services, { namespace, name: 'web' }, { kind: 'merge', body: { metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' } } } }));
      expect(await lines('ok')).toContain('Flux: Kustomization default/web leaves alone what Serin writes.');
    });
  });
});

describe('serin doctor with few rights', () => {
  it('says what cannot be seen', async () => {
    const { api } = startApi();
    const jane = createClient(api.transport({ username: 'jane', groups: ['system:authenticated'] }), { fieldManager: 'test' });
    const { code, out } = await serin(undefined, ['doctor'], { client: jane });
    expect(code).toBe(1);
    expect(out).toMatch(/^warn {2}rights +You may not get, list, watch, create, patch releasepolicies\.serin\.dev in namespace default; .* The roles serin-viewer/m);
    expect(out).toMatch(/^warn {2}controller +You may not list Deployments/m);
    expect(out).toMatch(/^warn {2}admission +You may not see MutatingAdmissionPolicies\./m);
  });
});
