import type { Clock } from '../ports/clock.js';
import { CredentialError, type Credential, type CredentialSource } from './credentials.js';
import { readTextFile, RereadFile } from './reread-file.js';

/** Projected tokens rotate under us; kubelet writes the next one long before the old one ends. */
const TOKEN_MAX_AGE = 60_000;
const CERTIFICATE_MAX_AGE = 300_000;

/** A bearer token out of a file, read again at most every 60 s and after a 401. */
export function tokenFileCredentials(path: string, clock: Clock): CredentialSource {
  const file = new RereadFile(path, TOKEN_MAX_AGE, clock);
  const credential = async (text: Promise<string>): Promise<Credential> => {
    const token = (await text.catch((error: unknown) => unreadable('token file', path, error))).trim();
    if (token === '') throw new CredentialError(`token file ${path} is empty; check who writes it`);
    return { authorization: `Bearer ${token}` };
  };
  return {
    current: () => credential(file.text()),
    renew: async (refused) => (await credential(file.reread())).authorization !== refused.authorization,
  };
}

/** Client certificate and key out of files, read again every five minutes and after a 401. */
export function certificateFileCredentials(certPath: string, keyPath: string, clock: Clock): CredentialSource {
  const files = [new RereadFile(certPath, CERTIFICATE_MAX_AGE, clock), new RereadFile(keyPath, CERTIFICATE_MAX_AGE, clock)] as const;
  const credential = async (read: (file: RereadFile) => Promise<string>): Promise<Credential> => {
    const [cert, key] = await Promise.all(
      files.map((file) => read(file).catch((error: unknown) => unreadable('client certificate or key', file.path, error))),
    );
    return { certificate: { cert: cert ?? '', key: key ?? '' } };
  };
  return {
    current: () => credential((file) => file.text()),
    renew: async (refused) => {
      const { certificate } = await credential((file) => file.reread());
      return certificate?.cert !== refused.certificate?.cert || certificate?.key !== refused.certificate?.key;
    },
  };
}

/** Several sources as one; where two of them say the same thing the first holds. */
export function combinedCredentials(sources: readonly CredentialSource[]): CredentialSource {
  return {
    current: async (signal) => {
      const parts = await Promise.all(sources.map((source) => source.current(signal)));
      return Object.assign({}, ...parts.reverse()) as Credential;
    },
    renew: async (refused, signal) => (await Promise.all(sources.map((source) => source.renew(refused, signal)))).includes(true),
    stop: async () => {
      await Promise.all(sources.map((source) => source.stop?.()));
    },
  };
}

/** Checks now that a file can be read, so that a wrong path is told at the start. */
export async function checkReadable(what: string, path: string): Promise<void> {
  await readTextFile(path).catch((error: unknown) => unreadable(what, path, error));
}

function unreadable(what: string, path: string, error: unknown): never {
  throw new CredentialError(`${what} ${path} cannot be read (${error instanceof Error ? error.message : 'unknown reason'})`);
}
