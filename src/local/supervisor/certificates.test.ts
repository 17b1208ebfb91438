import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { isIP, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type SecureContextOptions } from 'node:tls';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueAuthority, issueServerCertificate } from './certificates.js';
import { ensureCertificates } from './cluster-certificates.js';
import { clusterFiles } from './cluster-files.js';

const DAY = 86_400_000;
const NOW = Date.parse('2027-03-04T05:06:07Z');
const year = { from: NOW, until: NOW + 365 * DAY };

/** @returns the code of the error that a client meets, undefined when it trusts the server */
async function distrust(server: SecureContextOptions, ca: string, host: string): Promise<string | undefined> {
  const listener = createServer(server, (socket) => socket.end()).listen(0, '127.0.0.1');
  listener.on('tlsClientError', () => undefined);
  await once(listener, 'listening');
  const client = connect({ host: '127.0.0.1', port: (listener.address() as AddressInfo).port, ca, ...(isIP(host) === 0 ? { servername: host } : {}) });
  const outcome = await Promise.race([once(client, 'secureConnect').then(() => undefined), once(client, 'error').then(([error]) => String((error as NodeJS.ErrnoException).code))]).catch((error: NodeJS.ErrnoException) => error.code);
  client.destroy();
  await new Promise((resolve) => listener.close(resolve));
  return outcome;
}

describe('certificates', () => {
  it('say who they are for and who vouches for them', async () => {
    const issued = await issueAuthority('serin-a', year);
    const authority = new X509Certificate(issued.certificate);
    expect(authority).toMatchObject({ ca: true, subject: 'CN=serin-a', issuer: 'CN=serin-a', validFrom: 'Mar  4 05:06:07 2027 GMT', validTo: 'Mar  3 05:06:07 2028 GMT' });
    expect(authority.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    const { certificate, key } = await issueServerCertificate(issued, ['127.0.0.1', 'localhost', '10.96.7.1'], year);
    const server = new X509Certificate(certificate);
    expect(server).toMatchObject({ ca: false, subject: 'CN=127.0.0.1', subjectAltName: 'IP Address:127.0.0.1, DNS:localhost, IP Address:10.96.7.1', keyUsage: ['1.3.6.1.5.5.7.3.1'] });
    expect(server.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(server.checkIssued(authority) && server.verify(authority.publicKey)).toBe(true);
    expect(server.verify(new X509Certificate((await issueAuthority('serin-a', year)).certificate).publicKey)).toBe(false);
  });

  it('are trusted by those who trust their authority, under their names alone', async () => {
    const now = Date.now();
    const soon = { from: now - DAY, until: now + DAY };
    const [authority, other] = [await issueAuthority('one', soon), await issueAuthority('one', soon)];
    const { certificate: cert, key } = await issueServerCertificate(authority, ['127.0.0.1', 'localhost'], soon);
    expect(await distrust({ cert, key }, authority.certificate, 'localhost')).toBeUndefined();
    expect(await distrust({ cert, key }, authority.certificate, '127.0.0.1')).toBeUndefined();
    expect(await distrust({ cert, key }, authority.certificate, 'kubernetes')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await distrust({ cert, key }, other.certificate, 'localhost')).toMatch(/CERT|SIGNATURE/);
    const past = await issueServerCertificate(authority, ['localhost'], { from: now - 2 * DAY, until: now - DAY });
    expect(await distrust({ cert: past.certificate, key: past.key }, authority.certificate, 'localhost')).toBe('CERT_HAS_EXPIRED');
  });

  it('can be read whatever their time and names', async () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
    const times = fc.integer({ min: 0, max: Date.parse('2200-01-01') });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.oneof(label, fc.ipV4()), { minLength: 1, maxLength: 6 }), times, fc.integer({ min: 1000, max: 4e12 }), async (names, from, length) => {
        const authority = await issueAuthority(names[0] ?? '', { from, until: from + length });
        const server = new X509Certificate((await issueServerCertificate(authority, names, { from, until: from + length })).certificate);
        expect(server.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
        expect(Date.parse(server.validFrom)).toBe(Math.floor(from / 1000) * 1000);
        expect(Date.parse(server.validTo)).toBe(Math.floor((from + length) / 1000) * 1000);
        for (const name of names) expect(isIP(name) === 0 ? server.checkHost(name) : server.checkIP(name)).toBe(name);
        expect(server.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the certificates of a cluster', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'serin-certificates-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const ensure = (now = NOW, serviceRange = '10.96.7.0/24'): Promise<string> => ensureCertificates(clusterFiles(directory), 'a', serviceRange, now);
  const server = async (): Promise<X509Certificate> => new X509Certificate(await readFile(clusterFiles(directory).server.certificate));

  it('are made once, with keys that only their owner reads', async () => {
    const ca = await ensure();
    const first = await server();
    expect(first.subjectAltName).toBe('IP Address:127.0.0.1, DNS:localhost, DNS:kubernetes, DNS:kubernetes.default.svc, IP Address:10.96.7.1');
    expect(await ensure(NOW + 300 * DAY)).toBe(ca);
    expect((await server()).fingerprint256).toBe(first.fingerprint256);
    const { authority, server: api } = clusterFiles(directory);
    for (const { key } of [authority, api]) expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'certificates'))).mode & 0o777).toBe(0o700);
  });

  it('are renewed in the last 30 days, the server by the same authority', async () => {
    const ca = await ensure();
    const later = NOW + 336 * DAY;
    expect(await ensure(later)).toBe(ca);
    expect(Date.parse((await server()).validTo)).toBe(later + 365 * DAY);
    const end = NOW + 3621 * DAY;
    const next = await ensure(end);
    expect(next).not.toBe(ca);
    expect((await server()).verify(new X509Certificate(next).publicKey)).toBe(true);
  });

  it('are made again when they do not fit or cannot be read', async () => {
    const ca = await ensure();
    const { authority, server: api } = clusterFiles(directory);
    expect(await ensure(NOW, '10.96.8.0/24')).toBe(ca);
    expect((await server()).checkIP('10.96.8.1')).toBe('10.96.8.1');
    await writeFile(api.key, await readFile(authority.key));
    expect(await ensure()).toBe(ca);
    expect((await server()).checkPrivateKey(createPrivateKey(await readFile(api.key)))).toBe(true);
    await writeFile(authority.key, 'no key');
    const next = await ensure();
    expect(next).not.toBe(ca);
    expect((await server()).verify(new X509Certificate(next).publicKey)).toBe(true);
  });
});
