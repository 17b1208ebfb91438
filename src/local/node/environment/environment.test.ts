import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Container, PodSpec } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import { TestCluster, ready, waitingFor } from '../testing/test-node.js';
import { expandVariables } from './expansion.js';

describe('$(NAME)', () => {
  it.each([
    ['$(A)-$(B)', '1-2'],
    ['$(C)', '$(C)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$1'],
    ['$A $ $(', '$A $ $('],
  ])('%s becomes %s', (text, expected) => expect(expandVariables(text, { A: '1', B: '2' })).toBe(expected));

  it('leaves text without a dollar as it is', () => {
    fc.assert(fc.property(fc.string().filter((text) => !text.includes('$')), (text) => expandVariables(text, { A: '1' }) === text));
  });
});

describe('a process', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    process.env['SERIN_TEST_SECRET'] = 'of the node';
    cluster = await TestCluster.start();
    const object = (name: string) => ({ apiVersion: 'v1', metadata: { name, namespace: 'default' } });
    await cluster.client.create(resources.configMaps, { ...object('settings'), kind: 'ConfigMap', data: { colour: 'red', size: 'big' } });
    await cluster.client.create(resources.secrets, { ...object('hidden'), kind: 'Secret', data: { password: Buffer.from('geheim').toString('base64') } });
    await cluster.client.create(resources.services, {
      ...object('my-reviews'),
      kind: 'Service',
      spec: { selector: { app: 'reviews' }, ports: [{ name: 'http', port: 9080 }] },
    });
    await cluster.node();
  });
  afterAll(async () => {
    delete process.env['SERIN_TEST_SECRET'];
    await cluster.close();
  });

  async function environmentOf(name: string, container: Partial<Container>, spec: Partial<PodSpec> = {}): Promise<Record<string, string>> {
    const file = cluster.file(`${name}.env`);
    await cluster.run(name, { args: [`env > ${file}.new; pwd >> ${file}.new; mv ${file}.new ${file}; sleep 60`], ...container }, spec);
    await cluster.until(name, ready);
    await cluster.untilFile(`${name}.env`);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    return Object.fromEntries(lines.map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  }

  it('knows where to listen, the Services and the proxy, and nothing of the node', async () => {
    const env = await environmentOf('plain', { ports: [{ containerPort: 9080 }] });
    const { status } = await cluster.pod('plain');
    const service = await cluster.client.get(resources.services, { name: 'my-reviews', namespace: 'default' });
    const host = status?.podIP?.replace('10.', '127.');
    expect(env).toMatchObject({
      HOST: host,
      PORT: '9080',
      HTTP_PROXY: `http://${host}:15001`,
      http_proxy: `http://${host}:15001`,
      NO_PROXY: '',
      HOSTNAME: 'plain',
      MY_REVIEWS_SERVICE_HOST: service.spec.clusterIP?.replace('10.', '127.'),
      MY_REVIEWS_SERVICE_PORT_HTTP: '9080',
      MY_REVIEWS_PORT_9080_TCP_PROTO: 'tcp',
    });
    expect(env['HOME']).toContain(cluster.directory);
    expect(env).not.toHaveProperty('SERIN_TEST_SECRET');
    expect(env).not.toHaveProperty('USER');
  });

  it('gets values, fields, resources, ConfigMaps and Secrets', async () => {
    const env = await environmentOf('rich', {
      resources: { limits: { memory: '64Mi' }, requests: { cpu: '250m' } },
      envFrom: [{ configMapRef: { name: 'settings' }, prefix: 'S_' }],
      env: [
        { name: 'A', value: 'a' },
        { name: 'B', value: '$(A)-$(S_colour)-$$(A)' },
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'requests.cpu' } } },
        { name: 'SIZE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'size' } } },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'hidden', key: 'password' } } },
        { name: 'MAYBE', valueFrom: { secretKeyRef: { name: 'none', key: 'x', optional: true } } },
      ],
    });
    expect(env).toMatchObject({ A: 'a', B: 'a-red-$(A)', NAME: 'rich', NODE: 'node-0', MEMORY: '64', CPU: '1', SIZE: 'big', PASSWORD: 'geheim', S_size: 'big' });
    expect(env).not.toHaveProperty('MAYBE');
  });

  it('names the key that is missing, and starts once it is there', async () => {
    await cluster.run('lacking', { args: ['sleep 60'], env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'settings', key: 'shape' } } }] });
    const pod = await cluster.until('lacking', waitingFor('CreateContainerConfigError'));
    expect(pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe("couldn't find key shape in ConfigMap default/settings");
    await cluster.client.patch(resources.configMaps, { name: 'settings', namespace: 'default' }, { kind: 'merge', body: { data: { shape: 'round' } } });
    await cluster.until('lacking', ready);
  });

  it('has a folder for each emptyDir', async () => {
    const env = await environmentOf('folders', { volumeMounts: [{ name: 'my-cache', mountPath: '/cache' }] }, { volumes: [{ name: 'my-cache', emptyDir: {} }] });
    expect(env['VOLUME_MY_CACHE']).toContain(cluster.directory);
  });
});
