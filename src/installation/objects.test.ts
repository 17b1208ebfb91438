import { describe, expect, it } from 'vitest';
import type { Deployment } from '../kubernetes/generated/apps-v1.js';
import type { ClusterRole, PolicyRule, Role } from '../kubernetes/generated/rbac-v1.js';
import { workRules } from '../controller/controller-rules.js';
import { installationObjects } from './objects.js';
import { selector } from './parts/part.js';
import { serverSelector } from './parts/server-names.js';
import { readValues } from './values.js';

const given = { image: { repository: 'registry.example.com/serin' } };
const objects = (values: object = {}, serves?: (kind: string) => boolean) =>
  installationObjects({ values: readValues({ ...given, ...values }), namespace: 'serin-system', managedBy: 'serin', version: '1.2.3', ...(serves ? { serves } : {}) }).map(({ object }) => object);
const titles = (...more: Parameters<typeof objects>): string[] => objects(...more).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
const find = <T>(kind: string, values: object = {}, name = ''): T => objects(values).find((each) => each.kind === kind && each.metadata.name.includes(name)) as T;

describe('objects of an installation', () => {
  it('come in the order in which they are applied', () => {
    expect(titles()).toEqual([
      'Namespace /serin-system',
      'CustomResourceDefinition /releasepolicies.serin.dev', 'CustomResourceDefinition /releases.serin.dev', 'CustomResourceDefinition /approvals.serin.dev',
      'CustomResourceDefinition /evidence.serin.dev', 'CustomResourceDefinition /metrictemplates.serin.dev', 'CustomResourceDefinition /clustermetrictemplates.serin.dev',
      ...['freezewindows', 'clusterfreezewindows', 'imagepolicies', 'imageupdates', 'imageapprovals', 'notificationchannels', 'clusternotificationchannels'].map((plural) => `CustomResourceDefinition /${plural}.serin.dev`),
      'ValidatingAdmissionPolicy /serin-approvals-are-their-authors', 'ValidatingAdmissionPolicyBinding /serin-approvals-are-their-authors',
      'ValidatingAdmissionPolicy /serin-deeds-are-their-authors', 'ValidatingAdmissionPolicyBinding /serin-deeds-are-their-authors',
      'MutatingAdmissionPolicy /serin-pause-on-new-version', 'MutatingAdmissionPolicyBinding /serin-pause-on-new-version',
      'ClusterRole /serin-viewer', 'ClusterRole /serin-releaser', 'ClusterRole /serin-approver', 'ClusterRole /serin-manager',
      'ServiceAccount serin-system/serin', 'Role serin-system/serin-leader', 'RoleBinding serin-system/serin-leader',
      'ClusterRole /system:serin:controller', 'ClusterRoleBinding /system:serin:controller',
      'Deployment serin-system/serin', 'PodDisruptionBudget serin-system/serin', 'NetworkPolicy serin-system/serin', 'Service serin-system/serin-metrics',
    ]);
  });

  it('give no right outside of the one namespace that is watched, but to read what is in none', () => {
    const values = { watchNamespace: 'shop' };
    expect(titles(values).filter((title) => /Role/.test(title) && !title.includes('serin-leader') && !/serin-(viewer|releaser|approver|manager)/.test(title))).toEqual([
      'Role shop/serin-controller', 'RoleBinding shop/serin-controller',
      'ClusterRole /system:serin:controller:serin-system', 'ClusterRoleBinding /system:serin:controller:serin-system',
    ]);
    const cluster = find<ClusterRole>('ClusterRole', values, 'system:serin');
    expect(new Set(cluster.rules?.flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list', 'watch']));
    expect(cluster.rules?.flatMap(({ resources = [] }) => resources)).not.toContain('clustermetrictemplates');
    expect(find<ClusterRole>('ClusterRole', {}, 'system:serin').rules?.flatMap(({ resources = [] }) => resources)).toContain('clustermetrictemplates');
    expect(find<Role>('Role', values, 'serin-controller').rules?.slice(0, workRules.length)).toEqual(workRules);
    expect(find<Deployment>('Deployment', values).spec.template.spec?.containers[0]?.args).toContain('--watch-namespace=shop');
  });

  it('[S3-05] leave out what is switched off or not served, the kinds too', () => {
    const off = titles({ installCRDs: false, approvalPolicy: false, pauseOnChange: 'never', userRoles: false, podDisruptionBudget: false, networkPolicy: { enabled: false } });
    expect(off.filter((title) => /Definition|Admission|viewer|Disruption|NetworkPolicy/.test(title))).toEqual([]);
    const unserved = (kind: string): boolean => !kind.includes('MutatingAdmissionPolicy');
    expect(titles({}, unserved).filter((title) => title.startsWith('Mutating'))).toEqual([]);
    expect(titles({ pauseOnChange: 'always' }, unserved).filter((title) => title.startsWith('Mutating'))).toHaveLength(2);
    const rules = find<ClusterRole>('ClusterRole', { readConfig: false }, 'system:serin').rules ?? [];
    expect(rules.some(({ resources = [] }) => resources.includes('secrets'))).toBe(false);
  });

  it('serve Applications only where that is asked for: kinds, rights and flag', () => {
    const mentions = (values: object): string[] => objects(values).filter((object) => JSON.stringify(object).includes('oam.dev') || JSON.stringify(object).includes('--frontends')).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(mentions({})).toEqual([]);
    const values = { frontends: { kubevela: true } };
    expect(mentions(values)).toEqual([
      'CustomResourceDefinition applications.core.oam.dev', 'CustomResourceDefinition applicationrevisions.core.oam.dev', 'CustomResourceDefinition rollouts.standard.oam.dev',
      'ClusterRole system:serin:controller', 'Deployment serin',
    ]);
    expect(find<Deployment>('Deployment', values).spec.template.spec?.containers[0]?.args).toContain('--frontends=kubevela');
    expect(mentions({ ...values, installCRDs: false })).toEqual(['ClusterRole system:serin:controller', 'Deployment serin']);
    // Leases of another namespace are out of reach then.
    const one = { ...values, watchNamespace: 'shop' };
    expect(find<Role>('Role', one, 'serin-controller').rules?.some(({ apiGroups }) => apiGroups?.includes('core.oam.dev'))).toBe(true);
    expect(find<ClusterRole>('ClusterRole', one, 'system:serin').rules?.some(({ resources = [] }) => resources.includes('leases'))).toBe(false);
  });

  it('[S3-05] serve Rollouts only where that is asked for: kinds that are kept, rights and flag', () => {
    const mentions = (values: object): string[] => objects(values).filter((object) => JSON.stringify(object).includes('argoproj.io') || JSON.stringify(object).includes('--frontends')).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(mentions({ frontends: { argo: false } })).toEqual([]);
    const values = { frontends: { argo: true } };
    expect(mentions(values)).toEqual([
      ...['rollouts', 'analysistemplates', 'clusteranalysistemplates', 'analysisruns', 'experiments'].map((plural) => `CustomResourceDefinition ${plural}.argoproj.io`),
      'ClusterRole system:serin:controller', 'Deployment serin',
    ]);
    expect(find<ClusterRole>('CustomResourceDefinition', values, 'rollouts.argoproj.io').metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    expect(find<Deployment>('Deployment', { frontends: { argo: true, kubevela: true } }).spec.template.spec?.containers[0]?.args).toEqual(expect.arrayContaining(['--frontends=kubevela', '--frontends=argo']));
    expect(mentions({ ...values, installCRDs: false })).toEqual(['ClusterRole system:serin:controller', 'Deployment serin']);
    // What is in no namespace is out of reach then.
    const one = { ...values, watchNamespace: 'shop' };
    expect(find<Role>('Role', one, 'serin-controller').rules?.some(({ resources = [] }) => resources.includes('pods/eviction'))).toBe(true);
    expect(find<ClusterRole>('ClusterRole', one, 'system:serin').rules?.some(({ resources = [] }) => resources.includes('leases') || resources.includes('clusteranalysistemplates'))).toBe(false);
    const withoutConfig = find<ClusterRole>('ClusterRole', { ...values, readConfig: false }, 'system:serin').rules ?? [];
    expect(withoutConfig.some(({ resources = [] }) => resources.includes('secrets'))).toBe(false);
  });

  it('run as nobody with a read-only root and no rights of the kernel, and take few Pods down at once', () => {
    const { spec } = find<Deployment>('Deployment', { limits: { releases: 10 }, replicas: 3, image: { repository: 'r', digest: `sha256:${'a'.repeat(64)}` } });
    const pod = spec.template.spec;
    expect(spec).toMatchObject({ replicas: 3, strategy: { rollingUpdate: { maxUnavailable: 0 } }, selector: { matchLabels: selector } });
    expect(spec.template.metadata?.labels).toMatchObject(selector);
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod?.containers[0]).toMatchObject({
      image: `r@sha256:${'a'.repeat(64)}`,
      args: ['controller', '--in-cluster', '--listen=:8080', '--log-level=info', '--max-releases=10'],
      securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
  });

  it('have no server until it is asked for', () => {
    expect(objects().filter(({ metadata }) => JSON.stringify(metadata).includes('server'))).toEqual([]);
    expect(titles({ server: { enabled: true } }).filter((title) => title.includes('server'))).toEqual([
      'ServiceAccount serin-system/serin-server', 'ClusterRole /system:serin:server:serin-system', 'ClusterRoleBinding /system:serin:server:serin-system',
      'Deployment serin-system/serin-server', 'NetworkPolicy serin-system/serin-server', 'Service serin-system/serin-server',
    ]);
  });

  it('let the server read, and ask about people, and nothing else unless it is told', () => {
    const rulesOf = (server: object, more: object = {}): PolicyRule[] => find<ClusterRole>('ClusterRole', { ...more, server: { enabled: true, ...server } }, 'system:serin:server').rules ?? [];
    const beyondReading = (rules: readonly PolicyRule[]): string[] => rules.flatMap(({ verbs, resources = [] }) => verbs.filter((verb) => !['get', 'list', 'watch'].includes(verb)).flatMap((verb) => resources.map((resource) => `${verb} ${resource}`)));
    expect(beyondReading(rulesOf({}))).toEqual(['create tokenreviews', 'create subjectaccessreviews']);
    expect(rulesOf({}).flatMap(({ resources = [] }) => resources)).not.toContain('secrets');
    expect(beyondReading(rulesOf({ impersonation: { enabled: true } }))).toEqual(['create tokenreviews', 'create subjectaccessreviews', 'impersonate users', 'impersonate groups']);
    expect(rulesOf({ impersonation: { enabled: true, groups: ['oidc:dev'] } }).filter(({ verbs }) => verbs.includes('impersonate')).map(({ resources = [], resourceNames }) => [...resources, resourceNames])).toEqual([['users', undefined], ['groups', ['oidc:dev']]]);
    expect(beyondReading(rulesOf({ webhookSecret: 'hooks' }))).toEqual(expect.arrayContaining(['create imageupdates']));
    expect(find<Role>('Role', { server: { enabled: true, webhookSecret: 'hooks' } }, 'webhooks').rules).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['hooks'] }]);
    // One namespace: of the whole cluster only what has none.
    expect(rulesOf({}, { watchNamespace: 'shop' }).flatMap(({ resources = [] }) => resources)).toEqual(['tokenreviews', 'subjectaccessreviews', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings']);
    expect(find<Role>('Role', { watchNamespace: 'shop', server: { enabled: true } }, 'serin-server').metadata.namespace).toBe('shop');
  });

  it('run the server as nobody, with the arguments that its values come to', () => {
    const server = { enabled: true, publicUrl: 'https://serin.example.com', tlsSecret: 'tls', port: 8443, oidc: { issuer: 'https://id.example.com', clientId: 'serin', clientSecret: 'oidc', groupsPrefix: 'oidc:' }, impersonation: { enabled: true }, webhookSecret: 'hooks' };
    const { spec } = find<Deployment>('Deployment', { server }, 'serin-server');
    const pod = spec.template.spec;
    expect(spec).toMatchObject({ replicas: 1, selector: { matchLabels: serverSelector } });
    expect(spec.template.metadata?.labels).toMatchObject(serverSelector);
    expect(pod).toMatchObject({ serviceAccountName: 'serin-server', securityContext: { runAsNonRoot: true }, volumes: [{ secret: { secretName: 'oidc' } }, { secret: { secretName: 'tls' } }] });
    expect(pod?.containers[0]).toMatchObject({
      args: [
        'server', '--in-cluster', '--listen=:8443', '--log-level=info', '--public-url=https://serin.example.com', '--host=serin-server.serin-system.svc', '--impersonate', '--oidc-issuer=https://id.example.com', '--oidc-client-id=serin',
        '--oidc-client-secret-file=/etc/serin/oidc/client-secret', '--oidc-groups-prefix=oidc:', '--webhook-secret=serin-system/hooks', '--tls-cert-file=/etc/serin/tls/tls.crt', '--tls-key-file=/etc/serin/tls/tls.key',
      ],
      livenessProbe: { httpGet: { scheme: 'HTTPS' } },
      securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
    expect(find<Deployment>('Deployment', { server }).spec.template.spec?.containers[0]?.args).toContain('--page-url=https://serin.example.com');
    expect(JSON.stringify(find<Deployment>('Deployment', { server: { enabled: true } }, 'serin-server'))).not.toContain('volume');
  });

  it('keep the definitions when Helm removes the rest', () => {
    expect(find<ClusterRole>('CustomResourceDefinition').metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
  });

  it('need an image', () => {
    expect(() => installationObjects({ values: readValues({}), namespace: 'x', managedBy: 'serin', version: '1' })).toThrow('image.repository has to be set');
  });

  it('let an approver approve, a releaser not, and a viewer only look', () => {
    const verbs = (name: string, resource: string): string[] => find<ClusterRole>('ClusterRole', {}, name).rules?.filter(({ resources = [] }) => resources.includes(resource)).flatMap((rule) => rule.verbs) ?? [];
    expect(verbs('serin-approver', 'approvals')).toContain('create');
    expect(verbs('serin-releaser', 'approvals')).toEqual(['get', 'list', 'watch']);
    expect(verbs('serin-releaser', 'releases')).toContain('patch');
    for (const resource of ['releasepolicies', 'evidence', 'metrictemplates', 'clustermetrictemplates']) expect(verbs('serin-viewer', resource)).toEqual(['get', 'list', 'watch']);
    expect(find<ClusterRole>('ClusterRole', {}, 'serin-approver').metadata.labels).not.toHaveProperty(['rbac.authorization.k8s.io/aggregate-to-edit']);
  });
});
