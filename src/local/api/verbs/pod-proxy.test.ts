import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caller, startApi } from '../testing/local-client.js';

const PODS = '/api/v1/namespaces/default/pods';

describe('requests that are passed on to a Pod', () => {
  let server: Server;
  let port: number;
  beforeEach(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        response.writeHead(request.url?.startsWith('/missing') ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ method: request.method, url: request.url, host: request.headers.host, authorization: request.headers.authorization, mark: request.headers['x-mark'], body }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** A Pod at 10.244.0.9 whose port 8080 is the server above; every other port is closed. */
  async function withPod(ip = '10.244.0.9') {
    const started = startApi({ podAddress: (address, asked) => (address === '10.244.0.9' && asked === 8080 ? { host: '127.0.0.1', port } : { host: '127.0.0.1', port: 1 }) });
    await started.call('POST', PODS, { metadata: { name: 'web' }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 8080 }] }] } });
    await started.call('PATCH', `${PODS}/web/status`, { status: { phase: 'Running', podIP: ip } });
    return started;
  }

  it('reach it at the port that is named, or at the first that it has', async () => {
    const { call } = await withPod();
    expect(await call('GET', `${PODS}/web:8080/proxy/a/b%20c?x=1&y=2`, undefined, { 'x-mark': 'm', authorization: 'Bearer secret' })).toMatchObject({ status: 200, json: { method: 'GET', url: '/a/b%20c?x=1&y=2', host: '10.244.0.9:8080', mark: 'm' } });
    expect((await call('GET', `${PODS}/http:web:8080/proxy/`, undefined, { authorization: 'Bearer secret' })).json).toEqual({ method: 'GET', url: '/', host: '10.244.0.9:8080', body: '' });
    expect(await call('POST', `${PODS}/web/proxy/in`, { some: 'thing' })).toMatchObject({ status: 200, json: { method: 'POST', url: '/in', body: '{"some":"thing"}' } });
    expect((await call('GET', `${PODS}/web/proxy/missing`)).status).toBe(404);
  });

  it('are sent on to a path that ends in a slash', async () => {
    const { call } = await withPod();
    expect(await call('GET', `${PODS}/web:8080/proxy?a=b`)).toMatchObject({ status: 301, headers: { location: `${PODS}/web:8080/proxy/?a=b` } });
  });

  it('fail as those of a real server', async () => {
    const { call } = await withPod();
    expect((await call('GET', `${PODS}/web:81/proxy/`)).json).toMatchObject({ code: 503, reason: 'ServiceUnavailable', message: 'error trying to reach service: dial tcp 10.244.0.9:81: connect: connection refused' });
    expect((await call('GET', `${PODS}/other/proxy/`)).json).toMatchObject({ code: 404, message: 'pods "other" not found' });
    expect((await call('GET', `${PODS}/a:b:c:d/proxy/`)).json).toMatchObject({ code: 400, message: 'invalid pod request "a:b:c:d"' });
    expect((await call('GET', '/api/v1/namespaces/default/services/web/proxy/')).status).toBe(404);
    expect((await (await withPod('')).call('GET', `${PODS}/web/proxy/`)).json).toMatchObject({ code: 400, message: 'address not allowed' });
    expect((await (startApi()).call('GET', `${PODS}/web/proxy/`)).status).toBe(404);
  });

  it('take a right of their own', async () => {
    const { api, call } = await withPod();
    const role = (resources: string[]): object => ({ metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources, verbs: ['get'] }] });
    const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    await call('POST', `${roles}/roles`, role(['pods']));
    await call('POST', `${roles}/rolebindings`, { metadata: { name: 'r' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }] });
    const jane = caller(api.transport({ username: 'jane', groups: ['system:authenticated'] }));
    expect((await jane('GET', `${PODS}/web:8080/proxy/metrics`)).json).toMatchObject({ code: 403, message: 'pods "web:8080" is forbidden: User "jane" cannot get resource "pods/proxy" in API group "" in the namespace "default"' });
    await call('PUT', `${roles}/roles/r`, role(['pods/proxy']));
    expect((await jane('GET', `${PODS}/web:8080/proxy/metrics`)).status).toBe(200);
  });
});
