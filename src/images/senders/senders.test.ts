import { describe, expect, it } from 'vitest';
import { NotUnderstood } from './heard.js';
import { senders, type SenderName } from './senders.js';

const DIGEST = `sha256:${'1f'.repeat(32)}`;
const heard = (sender: SenderName, body: unknown, headers: Record<string, string> = {}): unknown => senders[sender].parse(body, (name) => headers[name]);

/** What each sends, cut down by fields that say nothing of the image. */
const dockerHub = {
  callback_url: 'https://registry.hub.docker.com/u/shop/web/hook/2141b/', push_data: { pushed_at: 1_417_566_822, pusher: 'jane', tag: '1.2.0' },
  repository: { comment_count: 0, date_created: 1_417_494_799, is_private: true, name: 'web', namespace: 'shop', owner: 'shop', repo_name: 'shop/web', repo_url: 'https://registry.hub.docker.com/u/shop/web/', status: 'Active' },
};
const harbor = {
  type: 'PUSH_ARTIFACT', occur_at: 1_586_922_308, operator: 'jane',
  event_data: { resources: [{ digest: DIGEST, tag: '1.2.0', resource_url: 'hub.example.com/shop/web:1.2.0' }], repository: { date_created: 1_586_922_308, name: 'web', namespace: 'shop', repo_full_name: 'shop/web', repo_type: 'private' } },
};
const harborCloudEvent = {
  specversion: '1.0', id: '4b2f89a6', source: '/projects/1/webhook/policies/15', type: 'harbor.artifact.pushed', datacontenttype: 'application/json', time: '2026-04-03T06:31:33Z', operator: 'jane',
  data: { resources: [{ digest: DIGEST, tag: '1.2.0', resource_url: 'hub.example.com/shop/web:1.2.0' }], repository: { name: 'web', namespace: 'shop', repo_full_name: 'shop/web', repo_type: 'private' } },
};
const gitHub = {
  action: 'published',
  registry_package: {
    id: 1, name: 'web', namespace: 'Acme', ecosystem: 'CONTAINER', package_type: 'CONTAINER', owner: { login: 'Acme' },
    package_version: { id: 2, version: DIGEST, package_url: 'ghcr.io/acme/web:1.2.0', container_metadata: { tag: { name: '1.2.0', digest: DIGEST }, labels: {}, manifest: {} } }, registry: { name: 'GitHub CONTAINER registry', url: 'https://ghcr.io/Acme' },
  },
  repository: { full_name: 'Acme/web' }, sender: { login: 'jane' },
};
const quay = { name: 'web', repository: 'shop/web', namespace: 'shop', docker_url: 'quay.io/shop/web', homepage: 'https://quay.io/repository/shop/web', updated_tags: ['1.2.0', 'latest'] };
const azure = {
  id: 'cb8c3971', timestamp: '2026-04-03T06:31:33Z', action: 'push',
  target: { mediaType: 'application/vnd.docker.distribution.manifest.v2+json', size: 524, digest: DIGEST, length: 524, repository: 'shop/web', tag: '1.2.0' }, request: { id: '3cbb6949', host: 'acme.azurecr.io', method: 'PUT', useragent: 'docker/17.09.0-ce' },
};
const jfrog = {
  domain: 'docker', event_type: 'pushed',
  data: { image_name: 'shop/web', name: 'manifest.json', path: 'shop/web/1.2.0/manifest.json', platforms: [], repo_key: 'docker-local', sha256: '1f'.repeat(32), size: 1206, tag: '1.2.0' }, subscription_key: 'web', jpd_origin: 'https://acme.jfrog.io', source: 'jfrog/jane@acme',
};
const event = (mediaType: string, more: object = {}): unknown => ({
  id: '320678d8', timestamp: '2026-03-09T14:44:26.402973972-08:00', action: 'push', target: { mediaType, length: 708, digest: DIGEST, repository: 'shop/web', url: 'http://10.0.0.5:5000/v2/shop/web/manifests/x', ...more },
  request: { id: '6df24a34', addr: '10.0.0.11:42961', host: '10.0.0.5:5000', method: 'PUT', useragent: 'docker/27' }, actor: {}, source: { addr: 'registry:5000', instanceID: 'a53db899' },
});

describe('what senders tell', () => {
  it.each([
    ['native', { name: '172.16.77.115:5000/pregap', tag: '1.1.0' }, [{ repositories: ['172.16.77.115:5000/pregap'], tag: '1.1.0' }]],
    ['native', { name: 'shop/web', tag: '1.2.0', host: '10.0.0.5:5000', digest: DIGEST, author: 'jane' }, [{ repositories: ['10.0.0.5:5000/shop/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }]],
    ['dockerhub', dockerHub, [{ repositories: ['shop/web'], tag: '1.2.0', person: 'jane' }]],
    ['harbor', harbor, [{ repositories: ['hub.example.com/shop/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }]],
    ['harbor', harborCloudEvent, [{ repositories: ['hub.example.com/shop/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }]],
    ['quay', quay, [{ repositories: ['quay.io/shop/web'], tag: '1.2.0' }, { repositories: ['quay.io/shop/web'], tag: 'latest' }]],
    ['azure', azure, [{ repositories: ['acme.azurecr.io/shop/web'], tag: '1.2.0', digest: DIGEST }]],
    ['jfrog', jfrog, [{ repositories: ['acme.jfrog.io/docker-local/shop/web', 'docker-local.acme.jfrog.io/shop/web', 'acme.jfrog.io/shop/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }]],
    ['registry', { events: [event('application/octet-stream'), event('application/vnd.docker.distribution.manifest.v2+json', { tag: '1.2.0' }), event('application/vnd.oci.image.manifest.v1+json')] }, [{ repositories: ['10.0.0.5:5000/shop/web'], tag: '1.2.0', digest: DIGEST }]],
    ['registry', { events: [event('application/vnd.oci.image.index.v1+json', { tag: '1.2.0' })] }, [{ repositories: ['10.0.0.5:5000/shop/web'], tag: '1.2.0', digest: DIGEST }]],
  ] as const)('%s: %#', (sender, body, expected) => expect(heard(sender, body)).toEqual(expected));

  it('GitHub names its event in a header, and sends more than packages', () => {
    const expected = [{ repositories: ['ghcr.io/acme/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }];
    expect(heard('github', gitHub, { 'x-github-event': 'registry_package' })).toEqual(expected);
    expect(heard('github', { ...gitHub, registry_package: undefined, package: gitHub.registry_package }, { 'x-github-event': 'package' })).toEqual(expected);
    expect(heard('github', { zen: 'Keep it logically awesome.', hook_id: 1 }, { 'x-github-event': 'ping' })).toMatchObject({ nothing: expect.stringContaining('ping') as string });
    expect(heard('github', gitHub)).toHaveProperty('nothing');
    expect(heard('github', { ...gitHub, registry_package: { ...gitHub.registry_package, package_type: 'npm' } }, { 'x-github-event': 'registry_package' })).toMatchObject({ nothing: expect.stringContaining('npm') as string });
  });

  it.each([
    ['harbor', { ...harbor, type: 'DELETE_ARTIFACT' }], ['azure', { ...azure, action: 'delete' }], ['azure', { ...azure, target: { repository: 'shop/web', digest: DIGEST } }], ['jfrog', { ...jfrog, event_type: 'deleted' }],
  ] as const)('%s tells of no new image: %#', (sender, body) => expect(heard(sender, body)).toHaveProperty('nothing'));

  it.each([
    ['native', { tag: '1.1.0' }, 'repository name cannot be empty'], ['native', { name: 'web' }, 'repository tag cannot be empty'], ['native', { name: 7, tag: '1' }, 'this is no webhook of native: name '], ['native', [], 'this is no webhook of native: the body '],
    ['dockerhub', {}, 'this is no webhook of Docker Hub'], ['harbor', null, 'this is no webhook of Harbor'], ['quay', { docker_url: 'quay.io/a/b', updated_tags: 'x' }, 'updated_tags'], ['registry', { events: [{ action: 1 }] }, 'events.0.action'], ['jfrog', { data: {} }, 'this is no webhook of JFrog'],
  ] as const)('%s does not send %j', (sender, body, expected) => {
    expect(() => heard(sender, body)).toThrow(NotUnderstood);
    expect(() => heard(sender, body)).toThrow(expected);
  });
});
