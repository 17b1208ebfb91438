import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import type * as Certificates from './certificates.js';
import type { CertificateFiles, ClusterFiles } from './cluster-files.js';
import { writeWhole } from './whole-file.js';

type CertifiedKey = Certificates.CertifiedKey;

const DAY = 86_400_000;
const SERVER_DAYS = 365;
/** Long, so that a kubeconfig that somebody copied outlives the server's certificates. */
const AUTHORITY_DAYS = 3650;
const RENEWAL_DAYS = 30;
/** Clients whose clock is a little behind. */
const LENIENCE = DAY;
const NAMES = ['127.0.0.1', 'localhost', 'kubernetes', 'kubernetes.default.svc'];

/**
 * Sees to it that the cluster has a certificate authority of its own and the API a certificate of it. What is there stays,
 * unless it ends within 30 days, does not fit, or cannot be read.
 * @param serviceRange `10.96.n.0/24`; its first address is the API's
 * @param now milliseconds since the epoch
 * @returns the authority's certificate, PEM
 */
export async function ensureCertificates(files: ClusterFiles, cluster: string, serviceRange: string, now: number): Promise<string> {
  const names = [...NAMES, serviceRange.replace(/\.0\/\d+$/, '.1')];
  const known = await readCertified(files.authority, now);
  const authority = known?.parsed.ca === true ? known : await renewed(files.authority, ({ issueAuthority }) => issueAuthority(`serin-${cluster}`, validity(now, AUTHORITY_DAYS)));
  const server = await readCertified(files.server, now);
  const fits = server?.parsed.verify(new X509Certificate(authority.certificate).publicKey) === true && names.every((name) => isFor(server.parsed, name));
  if (!fits) await renewed(files.server, ({ issueServerCertificate }) => issueServerCertificate(authority, names, validity(now, SERVER_DAYS)));
  return authority.certificate;
}

const validity = (now: number, days: number): Certificates.Validity => ({ from: now - LENIENCE, until: now + days * DAY });

const isFor = (certificate: X509Certificate, name: string): boolean => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;

async function renewed(files: CertificateFiles, issue: (certificates: typeof Certificates) => Promise<CertifiedKey>): Promise<CertifiedKey> {
  // Loaded where it is needed: what writes certificates takes a tenth of a second to load, and most starts make none.
  const issued = await issue(await import('./certificates.js'));
  await mkdir(dirname(files.key), { recursive: true, mode: 0o700 });
  await writeWhole(files.key, issued.key, 0o600);
  await writeWhole(files.certificate, issued.certificate);
  return issued;
}

/** @returns undefined where there is none that can be used for another 30 days */
async function readCertified(files: CertificateFiles, now: number): Promise<(CertifiedKey & { readonly parsed: X509Certificate }) | undefined> {
  try {
    const [certificate, key] = [await readFile(files.certificate, 'utf8'), await readFile(files.key, 'utf8')];
    const parsed = new X509Certificate(certificate);
    const isGood = Date.parse(parsed.validFrom) <= now && Date.parse(parsed.validTo) > now + RENEWAL_DAYS * DAY;
    return isGood && parsed.checkPrivateKey(createPrivateKey(key)) ? { certificate, key, parsed } : undefined;
  } catch {
    return undefined;
  }
}
