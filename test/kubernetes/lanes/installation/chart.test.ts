import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { chartParts, installationObjects } from '../../../../src/installation/objects.js';
import { yamlText } from '../../../../src/installation/template/yaml-text.js';
import { readValues } from '../../../../src/installation/values.js';
import type { KubernetesObject } from '../../../../src/kubernetes/objects.js';
import { run, type Ended } from '../../../started/run.js';
import { programPath } from '../../lab/programs.js';
import { project } from '../../lab/project.js';

const CHART = join(project, 'charts', 'serin');
const IMAGE = { repository: 'registry.example.com/serin' };
const MUTATING = 'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy';

/** Values that between them go every way that the templates have. */
const cases: Readonly<Record<string, object>> = {
  'as they are': {},
  'in one namespace': { watchNamespace: 'shop', readConfig: false },
  'with Applications': { frontends: { kubevela: true } },
  'with Rollouts': { frontends: { argo: true } },
  'with Rollouts and Applications, without ConfigMaps and Secrets': { frontends: { argo: true, kubevela: true }, readConfig: false },
  'with Rollouts in one namespace, without definitions': { frontends: { argo: true }, watchNamespace: 'shop', installCRDs: false },
  'with Applications in one namespace, without definitions': { frontends: { kubevela: true }, watchNamespace: 'shop', installCRDs: false },
  'with as little as there can be': { installCRDs: false, approvalPolicy: false, pauseOnChange: 'never', userRoles: false, podDisruptionBudget: false, networkPolicy: { enabled: false }, resources: { limits: null } },
  'with everything': {
    image: { ...IMAGE, tag: 'v9', pullPolicy: 'Always', pullSecrets: [{ name: 'registry' }] },
    replicas: 3, pauseOnChange: 'always', logLevel: 'debug', limits: { releases: 1000, releasesPerNamespace: 65_535 },
    podAnnotations: { 'a/b': '1', quote: '"{{ x }}"' }, podLabels: { team: 'core', 'true': 'yes', number: '010' },
    nodeSelector: { 'kubernetes.io/os': 'linux' }, tolerations: [{ key: 'only', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 1 }], priorityClassName: 'system-cluster-critical',
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', '<b> & c'] }] }] } } },
    networkPolicy: { from: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }] },
    metrics: { port: 9090, labels: { release: 'prometheus' }, serviceMonitor: true, alerts: true, dashboard: true },
  },
  'with the server': { server: { enabled: true } },
  'with the server for one namespace': { server: { enabled: true, impersonation: { enabled: true }, webhookSecret: 'hooks', chats: true }, watchNamespace: 'shop', networkPolicy: { enabled: false } },
  'with the server and all that it can be told': {
    server: {
      enabled: true, publicUrl: 'https://serin.example.com', port: 8443, tlsSecret: 'serin-tls', trustProxy: true,
      oidc: { issuer: 'https://id.example.com/realms/x', clientId: 'serin', clientSecret: 'serin-oidc', scopes: 'openid email', userClaim: 'sub', groupsClaim: 'roles', knownToCluster: true, userPrefix: 'oidc:', groupsPrefix: 'oidc:' },
      impersonation: { enabled: true, users: ['oidc:jane'], groups: ['oidc:a', 'oidc:b'] },
      webhookSecret: 'hooks', chats: true, from: [{ podSelector: {} }], resources: { limits: null },
    },
    podAnnotations: { a: 'b' }, podLabels: { team: 'core' }, image: { ...IMAGE, pullSecrets: [{ name: 'registry' }] },
  },
  'by digest': { image: { ...IMAGE, tag: 'ignored', digest: `sha256:${'0'.repeat(64)}` } },
};

describe('the chart, by helm', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serin-helm-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const helm = (...args: string[]): Promise<Ended> => run(programPath('helm'), args, { cwd: folder, env: { ...process.env, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder, KUBECONFIG: '/nonexistent' } });
  const template = async (values: object, ...args: string[]): Promise<Ended> => {
    const file = join(folder, 'values.yaml');
    await writeFile(file, yamlText({ image: IMAGE, ...values }));
    return helm('template', 'any', CHART, '--namespace', 'serin-system', '-f', file, ...args);
  };

  it('has nothing that helm would complain of', async () => {
    const { code, stdout, stderr } = await helm('lint', '--strict', CHART, '--set', 'image.repository=registry.example.com/serin');
    expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  it.each(Object.entries(cases))('is, %s, what serin install applies', { timeout: 60_000 }, async (_what, values) => {
    const { code, stdout, stderr } = await template(values, '--api-versions', MUTATING);
    expect([code, stderr]).toEqual([0, '']);
    const rendered = parseAllDocuments(stdout).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as KubernetesObject | null;
    }).filter((object) => object !== null);
    const { version } = JSON.parse((await run('cat', [join(project, 'package.json')])).stdout) as { version: string };
    const wanted = installationObjects({ values: readValues({ image: IMAGE, ...values }), namespace: 'serin-system', managedBy: 'Helm', version }, chartParts).map(({ object }) => object);
    const titles = (objects: readonly KubernetesObject[]): string[] => objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`).sort();
    expect(titles(rendered)).toEqual(titles(wanted));
    for (const object of wanted) {
      const found = rendered.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name && metadata.namespace === object.metadata.namespace);
      expect(found, `${object.kind} ${object.metadata.name}`).toEqual(JSON.parse(JSON.stringify(object)));
    }
  });

  it('leaves out what the cluster does not serve, unless it is told otherwise', async () => {
    const kinds = async (values: object): Promise<boolean> => (await template(values, '--kube-version', '1.34.0')).stdout.includes('kind: MutatingAdmissionPolicy');
    const offers = (await helm('template', 'any', CHART, '--set', 'image.repository=x', '--show-only', 'templates/admission.yaml')).stdout.includes('kind: MutatingAdmissionPolicy');
    expect([await kinds({ pauseOnChange: 'always' }), await kinds({ pauseOnChange: 'never' })]).toEqual([true, false]);
    expect(await kinds({ pauseOnChange: 'auto' })).toBe(offers);
  });

  it.each([
    [{ replicas: 'two' }, /replicas/],
    [{ replica: 2 }, /replica/],
    [{ metrics: { port: 0 } }, /port/],
    [{ server: { publicUrl: 'serin.example.com' } }, /publicUrl/],
    [{ server: { impersonate: true } }, /impersonate/],
    [{ image: {} }, /image\.repository has to be set/],
  ])('refuses %j', async (values, message) => {
    const { code, stderr } = await template(values);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});
