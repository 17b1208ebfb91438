import { describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../cluster/client.js';
import type { Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import type { ApiRequest, Transport } from '../../ports/transport.js';
import { clusterClients } from './cluster-clients.js';

const sent: ApiRequest[] = [];
/** Answers everything, and remembers what was sent. */
const open: Transport = {
  request: (request) => {
    sent.push(request);
    return Promise.resolve({ status: 200, headers: {}, body: JSON.stringify({ apiVersion: 'v1', kind: 'Any', metadata: { name: 'web', resourceVersion: '1' }, items: [] }) });
  },
  stream: (request) => {
    sent.push(request);
    return Promise.resolve({ status: 200, headers: {}, chunks: (async function* () {})() });
  },
};
const clients = clusterClients({ own: open, impersonate: true, client: { fieldManager: 'test', retries: { tries: 1 } } });
const eve = clients({ user: 'oidc:eve', groups: ['system:masters'], method: 'oidc' });
const place = { namespace: 'shop', name: 'web' };
const object = { apiVersion: '', kind: '', metadata: place };
const roleBindings: Resource = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleBinding', plural: 'rolebindings', namespaced: true };
const patch = { kind: 'merge', body: {} } as const;

async function outcome(deed: (client: ClusterClient) => Promise<unknown>): Promise<string> {
  const before = sent.length;
  try {
    await deed(eve);
    return `sent ${sent.slice(before).map(({ impersonate }) => impersonate?.user).join()}`;
  } catch (error) {
    return sent.length === before && String(error).includes('impersonatedDeeds') ? 'refused' : String(error);
  }
}

describe('in the place of somebody else', () => {
  it.each<[string, (client: ClusterClient) => Promise<unknown>]>([
    ['read a Secret', (client) => client.get(resources.secrets, place)],
    ['look for a Secret', (client) => client.find(resources.secrets, place)],
    ['list Secrets', (client) => client.list(resources.secrets)],
    ['create a Secret', (client) => client.create(resources.secrets, { ...object, data: {} })],
    ['read a RoleBinding', (client) => client.get(roleBindings, place)],
    ['create a RoleBinding', (client) => client.create(roleBindings, object)],
    ['watch what it may list', async (client) => { for await (const _ of client.watch(serinResources.releases, { namespace: 'shop', resourceVersion: '1' })); }],
    ['create a Pod', (client) => client.create(resources.pods, { ...object, spec: { containers: [] } })],
    ['evict a Pod', (client) => client.evict(place)],
    ['change a route that it shows', (client) => client.patch(resources.virtualServices, place, patch)],
    ['delete a release', (client) => client.delete(serinResources.releases, place)],
    ['replace a release', (client) => client.replace(serinResources.releases, object as never)],
    ['write the status of a release', (client) => client.patch(serinResources.releases, place, patch, { subresource: 'status' })],
    ['scale a Deployment', (client) => client.patch(resources.deployments, place, patch, { subresource: 'scale' })],
    ['change an approval', (client) => client.patch(serinResources.approvals, place, patch)],
    ['change an admission policy', (client) => client.patch(resources.validatingAdmissionPolicies, place, patch)],
    ['ask who it is', (client) => client.create({ group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false }, object)],
    ['ask for a token', (client) => client.raw('/api/v1/namespaces/shop/serviceaccounts/web/token')],
    ['ask for anything that is no object', (client) => client.raw('/version')],
    ['read the log of a Pod', (client) => client.raw('/api/v1/namespaces/shop/pods/web/log')],
    ['reach a Secret past a release', (client) => client.raw('/apis/serin.dev/v1alpha1/namespaces/shop/releases/../../../../../../api/v1/namespaces/shop/secrets')],
    ['reach it by a name that leads out', (client) => client.get(serinResources.releases, { namespace: 'shop', name: '..' })],
    ['reach it by the old way to watch', (client) => client.raw('/api/v1/watch/namespaces/shop/pods')],
  ])('it refuses to %s before anything is sent', async (_, deed) => {
    expect(await outcome(deed)).toBe('refused');
  });

  it.each<[string, (client: ClusterClient) => Promise<unknown>]>([
    ['read a release', (client) => client.get(serinResources.releases, place)],
    ['steer a release', (client) => client.patch(serinResources.releases, place, patch)],
    ['give an approval', (client) => client.create(serinResources.approvals, object as never)],
    ['put back a template', (client) => client.patch(resources.deployments, place, { kind: 'json', body: [] })],
    ['list Pods by their labels', (client) => client.list(resources.pods, { namespace: 'shop', labelSelector: 'a=b' })],
    ['read a route of another namespace', (client) => client.find(resources.httpRoutes, { namespace: 'routes', name: 'web' })],
    ['look at what there is one of for the cluster', (client) => client.list(resources.ingressClasses)],
  ])('it may %s, as that person', async (_, deed) => {
    expect(await outcome(deed)).toBe('sent oidc:eve');
  });
});

it('people with credentials of their own are limited by the cluster alone', async () => {
  const own = clusterClients({ own: open, bare: open, impersonate: false, client: { fieldManager: 'test' } });
  for (const identity of [{ user: 'ann', groups: [], method: 'token', token: 't' }, { user: 'ann', groups: [], method: 'link' }] as const) {
    expect((await own(identity).get(resources.secrets, place)).metadata.name).toBe('web');
  }
});
