import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { issueAuthority, issueServerCertificate } from '../../../src/local/supervisor/certificates.js';
import { systemClock } from '../../../src/ports/clock.js';

const HOUR = 3_600_000;

/** Where the certificates and keys of a control plane lie. */
export interface LabCertificates {
  /** PEM. */
  readonly authority: string;
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Signs tokens of ServiceAccounts. */
  readonly serviceAccountKeyFile: string;
}

/** Fresh ones, good for a day. @param address of the API server */
export async function issueCertificates(directory: string, address: string): Promise<LabCertificates> {
  const validity = { from: systemClock.now() - HOUR, until: systemClock.now() + 24 * HOUR };
  const authority = await issueAuthority('lab', validity);
  const server = await issueServerCertificate(authority, [address, 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'], validity);
  const serviceAccounts = generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'sec1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  return {
    authority: authority.certificate,
    authorityFile: await write('ca.crt', authority.certificate),
    certificateFile: await write('apiserver.crt', server.certificate),
    keyFile: await write('apiserver.key', server.key),
    serviceAccountKeyFile: await write('service-accounts.key', serviceAccounts.privateKey),
  };
}
