import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ingress } from '../../src/kubernetes/generated/networking-v1.js';
import { resources } from '../../src/kubernetes/resources.js';
import { readIngressPorts } from '../../src/local/gateway/address-file.js';
import { issueAuthority, issueServerCertificate, type CertifiedKey } from '../../src/local/supervisor/certificates.js';
import { systemClock } from '../../src/ports/clock.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { PolicyWatch } from './policy-watch.js';
import { shareTolerance } from './traffic.js';

const FOLDER = join(import.meta.dirname, '../../examples/webapp');
const namespace = 'default';
const host = 'webapp.example.com';
const CHALLENGE = '/.well-known/acme-challenge/token-1';
const DAY = 86_400_000;

/** One answer by TLS, with who proved to be the host. */
interface SecureAnswer {
  readonly status: number;
  readonly version: string;
  readonly fingerprint: string;
}

describe('a host whose certificate is renewed in the middle of a release', () => {
  let cluster: TestCluster;
  let policy: PolicyWatch;
  let authority: CertifiedKey;
  let port: number;
  beforeAll(async () => {
    const validity = { from: Date.now() - DAY, until: Date.now() + DAY };
    authority = await issueAuthority('test authority', validity);
    cluster = await startTestCluster('--images', join(FOLDER, 'images.json'));
    policy = new PolicyWatch(cluster, namespace, 'webapp');
    port = await eventually('the gateway listens for TLS', async () => (await readIngressPorts(cluster.directory)).get(443));
  }, 120_000);
  afterAll(() => cluster?.stop());

  const newCertificate = (): Promise<CertifiedKey> => issueServerCertificate(authority, [host], { from: Date.now() - DAY, until: Date.now() + DAY });
  const dataOf = ({ certificate, key }: CertifiedKey): Record<string, string> => ({ 'tls.crt': Buffer.from(certificate).toString('base64'), 'tls.key': Buffer.from(key).toString('base64') });
  const fingerprintOf = ({ certificate }: CertifiedKey): string => new X509Certificate(certificate).fingerprint256;

  /** A request over a connection of its own, which trusts the test's authority alone. */
  function askSecurely(path = '/'): Promise<SecureAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, servername: host, ca: authority.certificate, agent: false, headers: { host }, timeout: 5000 }, (answer) => {
        const { fingerprint256 } = (answer.socket as TLSSocket).getPeerCertificate();
        answer.resume().once('end', () => resolve({ status: answer.statusCode ?? 0, version: String(answer.headers['x-version'] ?? ''), fingerprint: fingerprint256 }));
      });
      sent.once('timeout', () => sent.destroy(new Error('no answer in time'))).once('error', reject).end();
    });
  }

  /** New connections, one after the other in a few lines, until told to stop. */
  function startVisitors(): { stop(): Promise<{ answers: SecureAnswer[]; errors: string[] }> } {
    const answers: SecureAnswer[] = [];
    const errors: string[] = [];
    let going = true;
    const line = async (): Promise<void> => {
      for (; going; await systemClock.sleep(20)) await askSecurely().then((answer) => answers.push(answer), (error: unknown) => errors.push(String(error)));
    };
    const lines = Promise.all([line(), line(), line()]);
    return {
      async stop() {
        going = false;
        await lines;
        return { answers, errors };
      },
    };
  }
  async function serin(...args: string[]): Promise<void> {
    const { code, stderr } = await cluster.serin(...args);
    expect(code, stderr).toBe(0);
  }

  let first: CertifiedKey;
  it('[S0-11] serves a host by TLS from a Secret, and the canary Ingress leaves it to the main one', async () => {
    first = await newCertificate();
    await cluster.client.create(resources.secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'webapp-tls', namespace }, type: 'kubernetes.io/tls', data: dataOf(first) });
    await serin('apply', ...['webapp-v1.yaml', 'webapp-v2.yaml', 'ingress.yaml', 'policy.yaml'].flatMap((name) => ['-f', join(FOLDER, name)]));
    await cluster.client.patch<Ingress>(resources.ingresses, { namespace, name: 'webapp' }, { kind: 'merge', body: { metadata: { annotations: { 'cert-manager.io/cluster-issuer': 'staging' } }, spec: { tls: [{ hosts: [host], secretName: 'webapp-tls' }] } } });
    await eventually('the host is served by its certificate', async () => (await askSecurely().catch(() => undefined))?.status === 200);
    await policy.atRest();
    await policy.want('webapp-v2');
    await policy.pausesAt(1, 1);
    for (const step of [3, 5]) {
      await serin('promote', 'webapp');
      await policy.pausesAt(1, step);
    }
    const { spec, metadata } = await cluster.client.get(resources.ingresses, { namespace, name: 'webapp' });
    expect(spec.tls).toEqual([{ hosts: [host], secretName: 'webapp-tls' }]);
    expect(metadata.annotations?.['cert-manager.io/cluster-issuer']).toBe('staging');
    const answers = await Promise.all(Array.from({ length: 150 }, () => askSecurely()));
    expect(new Set(answers.map(({ fingerprint }) => fingerprint))).toEqual(new Set([fingerprintOf(first)]));
    expect(Math.abs(answers.filter(({ version }) => version === 'v2').length / answers.length - 0.3)).toBeLessThan(shareTolerance(answers.length));
  });

  it('[S0-11] leaves the path by which a certificate is proved alone, while the host is split', async () => {
    const labels = { app: 'solver' };
    await cluster.client.create(resources.deployments, {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'solver', namespace },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'solver', image: 'registry.example.com/webapp:v1', env: [{ name: 'VERSION', value: 'solver' }], ports: [{ containerPort: 8080 }] }] } } },
    });
    await cluster.client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'solver', namespace }, spec: { selector: labels, ports: [{ port: 8089, targetPort: 8080 }] } });
    const solver = await cluster.client.create<Ingress>(resources.ingresses, {
      apiVersion: 'networking.k8s.io/v1', kind: 'Ingress',
      metadata: { name: 'cm-acme-http-solver', namespace, labels: { 'acme.cert-manager.io/http01-solver': 'true' }, annotations: { 'nginx.ingress.kubernetes.io/whitelist-source-range': '0.0.0.0/0,::/0', 'nginx.ingress.kubernetes.io/ssl-redirect': 'false' } },
      spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths: [{ path: CHALLENGE, pathType: 'ImplementationSpecific', backend: { service: { name: 'solver', port: { number: 8089 } } } }] } }] },
    });
    await eventually('the challenge is answered', async () => (await askSecurely(CHALLENGE)).version === 'solver');
    const challenges = async (): Promise<Set<string>> => new Set((await Promise.all(Array.from({ length: 40 }, () => askSecurely(CHALLENGE)))).map(({ version }) => version));
    expect(await challenges()).toEqual(new Set(['solver']));
    await serin('abort', 'webapp');
    await policy.ended(1);
    expect(await challenges()).toEqual(new Set(['solver']));
    await serin('retry', 'webapp');
    await policy.pausesAt(2, 1);
    expect(await challenges()).toEqual(new Set(['solver']));
    const { metadata, spec } = await cluster.client.get(resources.ingresses, { namespace, name: 'cm-acme-http-solver' });
    expect({ generation: metadata.generation, annotations: metadata.annotations, spec }).toEqual({ generation: solver.metadata.generation, annotations: solver.metadata.annotations, spec: solver.spec });
    expect((await cluster.client.list(resources.ingresses, { namespace })).items.map((each) => each.metadata.name).sort()).toEqual(['cm-acme-http-solver', 'webapp', 'webapp-serin-canary']);
  });

  it('[S0-10] [S0-11] serves the new certificate once its Secret is changed, without a failed request, and goes on with the release', async () => {
    const second = await newCertificate();
    const visitors = startVisitors();
    await eventually('visitors come', async () => (await askSecurely()).fingerprint === fingerprintOf(first));
    await cluster.client.patch(resources.secrets, { namespace, name: 'webapp-tls' }, { kind: 'merge', body: { data: dataOf(second) } });
    await eventually('the new certificate is served', async () => (await askSecurely()).fingerprint === fingerprintOf(second), 10);
    await serin('promote', 'webapp', '--full');
    expect((await policy.ended(2)).status?.phase).toBe('Completed');
    expect(await askSecurely()).toEqual({ status: 200, version: 'v2', fingerprint: fingerprintOf(second) });
    const { answers, errors } = await visitors.stop();
    expect(errors).toEqual([]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ fingerprint }) => fingerprint))).toEqual(new Set([fingerprintOf(first), fingerprintOf(second)]));
  });
});
