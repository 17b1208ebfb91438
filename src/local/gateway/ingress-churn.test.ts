import { Agent, request as httpsRequest } from 'node:https';
import { expect, it, vi } from 'vitest';
import { makeCertificate } from './proxy/fake-certificate.js';
import { ingress, tlsSecret } from './testing/ingresses.js';
import { PORT, startMesh } from './testing/mesh.js';

const HOST = 'shop.test';

// Of requests that may be sent again: one that may not, and that a program breaks off as it ends, fails as with nginx.
it('no request fails while Pods, canary weights and the TLS Secret change under load', async () => {
  const mesh = await startMesh(11);
  const agent = new Agent({ keepAlive: true, maxSockets: 12, rejectUnauthorized: false, maxCachedSessions: 0 });
  // Half of the users open a connection for each request, and so see every certificate.
  const fresh = new Agent({ keepAlive: false, rejectUnauthorized: false, maxCachedSessions: 0 });
  const answered = new Map<string, number>();
  const failures: string[] = [];
  const cookies = new Map<number, string>();
  const send = (user: number) =>
    new Promise<void>((resolve) => {
      const cookie = cookies.get(user);
      const headers = { host: HOST, ...(cookie === undefined ? {} : { cookie }) };
      const failed = (error: Error): void => {
        failures.push(String(error));
        resolve();
      };
      const sending = httpsRequest({ host: '127.0.0.1', port: mesh.ingressPort(443), servername: HOST, headers, agent: user % 2 === 0 ? agent : fresh }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString())).on('error', failed).on('end', () => {
          answered.set(body, (answered.get(body) ?? 0) + 1);
          if (response.statusCode !== 200) failures.push(`${response.statusCode ?? 0} ${body}`);
          const set = response.headers['set-cookie']?.[0]?.split(';')[0];
          // A third of the users keep no cookies.
          if (set !== undefined && user % 3 !== 1) cookies.set(user, set);
          resolve();
        });
      });
      sending.on('error', failed).end();
    });
  const main = ingress('web', { host: HOST, paths: [['/', 'v1']], port: PORT, annotations: { affinity: 'cookie', 'affinity-mode': 'persistent' } });
  const canary = (weight: number) =>
    ingress('web-canary', { host: HOST, paths: [['/', 'v2']], port: PORT, annotations: { canary: 'true', 'canary-weight': String(weight) }, creationTimestamp: '2026-01-02T00:00:00Z' });
  let running = true;
  const users: Promise<void>[] = [];
  try {
    for (const [index, version] of ['v1', 'v2'].entries()) mesh.addService(version, `10.96.0.${index + 10}`);
    let current = await mesh.addPod('v1', 'a');
    await mesh.addPod('v2', 'z');
    const rotate = async (name: string): Promise<void> => {
      const { cert, key } = await makeCertificate(name, HOST, Date.UTC(2026, 10, 1));
      mesh.ingressNginx.secrets.remember(tlsSecret('web-tls', cert, key));
    };
    await rotate('first');
    mesh.ingressNginx.ingresses.remember({ ...main, spec: { ...main.spec, tls: [{ hosts: [HOST], secretName: 'web-tls' }] } });
    mesh.ingressNginx.ingresses.remember(canary(0));
    await vi.waitFor(() => expect(mesh.ingressNginx.ingressClasses.list()).toHaveLength(1));
    await mesh.gateway.settled();
    const user = async (number: number): Promise<void> => {
      while (running) await send(number);
    };
    for (let number = 0; number < 12; number++) users.push(user(number));
    for (let round = 1; round <= 8; round++) {
      const next = await mesh.addPod('v1', `b${round}`);
      mesh.ingressNginx.ingresses.remember(canary(round * 5));
      await rotate(`certificate ${round}`);
      await vi.waitFor(() => expect(answered.get(`b${round} /`)).toBeGreaterThan(0), { timeout: 10_000 });
      await mesh.deletePod(current);
      current = next;
    }
    running = false;
    await Promise.all(users);
    expect(failures).toEqual([]);
    expect(answered.get('z /')).toBeGreaterThan(0);
  } finally {
    running = false;
    await Promise.all(users);
    agent.destroy();
    fresh.destroy();
    await mesh.stop();
  }
});
