import { request } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answerPage, answerTo } from '../../../metrics/page/page-question.js';
import { requestsQuestion, type ServedRequests } from '../../../metrics/page/requests-question.js';
import { ingress } from '../testing/ingresses.js';
import { startMesh, type Mesh } from '../testing/mesh.js';

let mesh: Mesh;
beforeEach(async () => {
  mesh = await startMesh();
  mesh.addService('web', '10.96.0.10');
});
afterEach(() => mesh.stop());

/** What the local gateway tells of a Pod, as a controller reads it. */
const served = async (pod: string): Promise<ServedRequests | undefined> => answerTo(requestsQuestion, answerPage(await mesh.metrics(pod), [requestsQuestion]));

const send = (host: string, port: number, path = '/'): Promise<number> =>
  new Promise((resolve, reject) => {
    request({ host, port, path, agent: false }, (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0))).once('error', reject).end();
  });

it('tells of a Pod, without any mesh, what came through an Ingress and to the address of its Service', async () => {
  const pod = await mesh.addPod('web', 'v1', (message, response) => void response.writeHead(message.url === '/bad' ? 500 : 200).end());
  mesh.ingressNginx.ingresses.remember(ingress('web', { host: 'shop.test', paths: [['/', 'web']], port: 9080 }));
  await mesh.gateway.settled();
  expect((await mesh.outside('/')).status).toBe(200);
  expect((await mesh.outside('/bad')).status).toBe(500);
  const { host, port } = mesh.addresses.toSocketAddress('10.96.0.10', 9080);
  expect(await send(host, port, '/bad')).toBe(500);
  await vi.waitFor(async () => expect((await served(pod))?.counts).toEqual({ requests: 3, failures: 2, source: 'istio' }));
  const { buckets } = (await served(pod)) ?? {};
  expect(buckets?.counts.at(-1)).toBe(3);
  expect(buckets?.edges).toContain(250);
});

it('counts requests to a program that does not listen as failed', async () => {
  const pod = await mesh.addPod('web', 'v1');
  await mesh.stopServer(pod);
  mesh.ingressNginx.ingresses.remember(ingress('web', { host: 'shop.test', paths: [['/', 'web']], port: 9080 }));
  await mesh.gateway.settled();
  expect((await mesh.outside('/')).status).toBeGreaterThanOrEqual(500);
  await vi.waitFor(async () => {
    const { requests = 0, failures } = (await served(pod))?.counts ?? {};
    expect(requests).toBeGreaterThan(0);
    expect(failures).toBe(requests);
  });
});
