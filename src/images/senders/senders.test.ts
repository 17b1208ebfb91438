import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NotUnderstood } from './heard.js';
import { senders, type SenderName } from './senders.js';

const DIGEST = `sha256:${'1f'.repeat(32)}`;
const heard = (sender: SenderName, body: unknown, headers: Record<string, string> = {}): unknown => senders[sender].parse(body, (name) => headers[name]);

/** A delivery as the sender's own documentation has it, whole; payloads/README.md says more. */
interface Delivery {
  readonly documentation: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}
const delivery = (name: string): Delivery => JSON.parse(readFileSync(new URL(`../testing/payloads/${name}.json`, import.meta.url), 'utf8')) as Delivery;
const whole = (name: string): Delivery['body'] => delivery(name).body;
const [harbor, harborCloudEvent, gitHub, azure, jfrog] = [whole('harbor'), whole('harbor-cloud-event'), whole('github'), whole('azure'), whole('jfrog')];
const gitHubPackage = gitHub['registry_package'] as { package_version: object };
const pushed = { repositories: ['10.0.0.5:5000/shop/web'], tag: '1.2.0', digest: DIGEST };
const event = (mediaType: string, more: object = {}): unknown => ({
  id: '320678d8', timestamp: '2026-03-09T14:44:26.402973972-08:00', action: 'push', target: { mediaType, length: 708, digest: DIGEST, repository: 'shop/web', url: 'http://10.0.0.5:5000/v2/shop/web/manifests/x', ...more },
  request: { id: '6df24a34', addr: '10.0.0.11:42961', host: '10.0.0.5:5000', method: 'PUT', useragent: 'docker/27' }, actor: {}, source: { addr: 'registry:5000', instanceID: 'a53db899' },
});

it('names the page of each payload', () => {
  const names = readdirSync(new URL('../testing/payloads/', import.meta.url)).filter((name) => name.endsWith('.json')).map((name) => name.replace(/\.json$/, ''));
  expect(names.filter((name) => !delivery(name).documentation.some((page) => page.startsWith('https://')))).toEqual([]);
  expect(names).toHaveLength(8);
});

describe('what senders tell', () => {
  it.each([
    ['native', { name: '172.16.77.115:5000/pregap', tag: '1.1.0' }, [{ repositories: ['172.16.77.115:5000/pregap'], tag: '1.1.0' }]],
    ['native', { name: 'shop/web', tag: '1.2.0', host: '10.0.0.5:5000', digest: DIGEST, author: 'jane' }, [{ repositories: ['10.0.0.5:5000/shop/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }]],
    ['dockerhub', whole('docker-hub'), [{ repositories: ['shop/web'], tag: '1.2.0', person: 'jane' }]],
    ['harbor', harbor, [{ repositories: ['hub.example.com/shop/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }]],
    ['harbor', harborCloudEvent, [{ repositories: ['hub.example.com/shop/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }]],
    ['quay', whole('quay'), [{ repositories: ['quay.io/shop/web'], tag: '1.2.0' }, { repositories: ['quay.io/shop/web'], tag: 'latest' }]],
    ['azure', azure, [{ repositories: ['acme.azurecr.io/shop/web'], tag: '1.2.0', digest: DIGEST }]],
    ['jfrog', jfrog, [{ repositories: ['acme.jfrog.io/docker-local/shop/web', 'docker-local.acme.jfrog.io/shop/web', 'acme.jfrog.io/shop/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }]],
    ['registry', whole('registry'), [{ ...pushed, person: 'jane' }]],
    ['registry', { events: [event('application/octet-stream'), event('application/vnd.docker.distribution.manifest.v2+json', { tag: '1.2.0' }), event('application/vnd.oci.image.manifest.v1+json')] }, [pushed]],
    ['registry', { events: [event('application/vnd.oci.image.index.v1+json', { tag: '1.2.0' })] }, [pushed]],
    // A manifest that was pushed by its digest.
    ['registry', JSON.parse(JSON.stringify(whole('registry')).replace(',"tag":"1.2.0"', '')), []],
    ['harbor', { ...harbor, operator: 'robot$ci' }, [{ repositories: ['hub.example.com/shop/web'], tag: '1.2.0', digest: DIGEST, robot: 'robot$ci' }]],
  ] as const)('%s: %#', (sender, body, expected) => expect(heard(sender, body)).toEqual(expected));

  it('GitHub names its event in a header, and sends more than packages', () => {
    const expected = [{ repositories: ['ghcr.io/acme/web'], tag: '1.2.0', digest: DIGEST, person: 'jane' }];
    const { headers = {} } = delivery('github');
    expect(heard('github', gitHub, headers)).toEqual(expected);
    expect(heard('github', { ...gitHub, registry_package: undefined, package: gitHubPackage }, { 'x-github-event': 'package' })).toEqual(expected);
    expect(heard('github', { ...gitHub, sender: { login: 'github-actions[bot]', type: 'Bot' } }, headers)).toEqual([{ repositories: ['ghcr.io/acme/web'], tag: '1.2.0', digest: DIGEST, robot: 'github-actions[bot]' }]);
    const version = { ...gitHubPackage.package_version, package_url: 'containers.github.example.com/Acme/web:1.2.0' };
    expect(heard('github', { ...gitHub, registry_package: { ...gitHubPackage, namespace: 'Acme/shop', package_version: version } }, headers)).toMatchObject([{ repositories: ['containers.github.example.com/acme/web', 'ghcr.io/acme/shop/web'] }]);
    expect(heard('github', { ...gitHub, registry_package: { ...gitHubPackage, package_version: { ...version, container_metadata: { tag: { name: '', digest: DIGEST } }, package_url: 'ghcr.io/Acme/web:' } } }, headers)).toEqual({ nothing: 'the image has no tag' });
    expect(heard('github', { zen: 'Keep it logically awesome.', hook_id: 1 }, { 'x-github-event': 'ping' })).toMatchObject({ nothing: expect.stringContaining('ping') as string });
    expect(heard('github', gitHub)).toHaveProperty('nothing');
    expect(heard('github', { ...gitHub, registry_package: { ...gitHubPackage, package_type: 'npm' } }, { 'x-github-event': 'registry_package' })).toMatchObject({ nothing: expect.stringContaining('npm') as string });
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
