import type { Finding } from '../../../../src/cli/doctor/finding.js';
import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { customResourceDefinitions } from '../../../../src/model/custom-resources.js';
import type { PolicySpec } from '../../../../src/model/release-policy.js';
import { API_VERSION, serinResources } from '../../../../src/model/resources.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import type { Lab } from '../../lab/open-lab.js';

const NAMESPACE = 'lacking';
const routers: Readonly<Record<string, NonNullable<PolicySpec['router']>>> = { mesh: { istio: {} }, ingress: { ingressNginx: {} }, gateway: { gatewayApi: {} } };
const application = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespaced: true } as Resource<KubernetesObject>;

/** Policies that steer by products that are not there. */
export async function openLacking({ client }: Lab): Promise<void> {
  await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE }, spec: {} });
  for (const [name, router] of Object.entries(routers)) {
    const spec: PolicySpec = { workload: { deployment: name }, service: name, router, strategy: { canary: { steps: [{ weight: 20 }] } } };
    await client.create(serinResources.releasePolicies, { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name, namespace: NAMESPACE }, spec });
  }
}

/** Takes them away again. */
export async function closeLacking({ client }: Lab): Promise<void> {
  for (const name of Object.keys(routers)) await client.delete(serinResources.releasePolicies, { namespace: NAMESPACE, name });
  await eventually('they are gone', async () => (await client.list(serinResources.releasePolicies, { namespace: NAMESPACE })).items.length === 0);
}

/** An Application of Argo CD that manages a VirtualService, and knows nothing of releases; both kinds come with it, and go. */
export async function withApplication<T>({ client }: Lab, work: () => Promise<T>): Promise<T> {
  const [istio, argo] = [definition('networking.istio.io', 'v1', 'VirtualService', 'virtualservices'), definition(application.group, application.version, application.kind, application.plural)];
  for (const each of [istio, argo]) await client.create(resources.customResourceDefinitions, each as never);
  try {
    const key = { namespace: NAMESPACE, name: 'mesh' };
    const route = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: key, spec: { hosts: ['mesh'], http: [{ route: [{ destination: { host: 'mesh' } }] }] } };
    await eventually('the kinds are served', () => Promise.all([client.list(resources.virtualServices), client.list(application)]).catch(() => undefined));
    await client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: key, spec: { selector: { app: 'mesh' }, ports: [{ name: 'http', port: 80 }] } });
    await client.create(resources.virtualServices, route);
    const managed = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: key, spec: { syncPolicy: { automated: { selfHeal: true } } }, status: { resources: [{ group: 'networking.istio.io', version: 'v1', kind: 'VirtualService', ...key }] } };
    await client.create(application, managed as KubernetesObject);
    return await work();
  } finally {
    for (const { metadata } of [istio, argo]) await client.delete(resources.customResourceDefinitions, metadata);
  }
}

function definition(group: string, version: string, kind: string, plural: string): KubernetesObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const spec = { group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` }, versions: [{ name: version, served: true, storage: true, schema }] };
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` }, spec } as KubernetesObject;
}

/** Puts a definition there as an older version of Serin might have had it, and takes another and an admission policy's binding away. */
export async function breakInstallation({ client }: Lab): Promise<void> {
  const old = structuredClone(customResourceDefinitions().find(({ metadata }) => metadata.name === 'releases.serin.dev'));
  if (!old) throw new Error('Serin has no releases');
  for (const { schema } of old.spec.versions) delete schema?.openAPIV3Schema?.properties?.['status']?.properties?.['log'];
  await client.apply(resources.customResourceDefinitions, { ...old, metadata: { name: old.metadata.name, labels: { 'app.kubernetes.io/version': '0.0.1' } } }, { fieldManager: 'serin', force: true });
  await client.delete(resources.customResourceDefinitions, { name: 'freezewindows.serin.dev' });
  const [binding] = (await client.list(resources.mutatingAdmissionPolicyBindings)).items;
  await client.delete(resources.mutatingAdmissionPolicyBindings, { name: binding?.metadata.name ?? '' });
}

/** What `serin doctor` finds fault with, by check. */
export async function faults(lab: Lab, ...checks: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await lab.serin('doctor', '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  const findings = (JSON.parse(stdout) as Finding[]).filter(({ check, result }) => checks.includes(check) && result !== 'ok');
  return findings.map(({ result, check, message, remedy }) => `${result} ${check}: ${message} ${remedy ?? ''}`);
}
