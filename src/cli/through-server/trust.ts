import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { readTextFile } from '../../cluster/reread-file.js';
import { CliError, exitCodes } from '../errors.js';
import type { Shell } from '../shell.js';

/** The certificates in a file of authorities, PEM. @throws CliError where the file holds none, or the server speaks no TLS */
export async function authorityFile({ cwd }: Pick<Shell, 'cwd'>, file: string, origin: string): Promise<string> {
  const wrong = (problem: string): CliError => new CliError(`--certificate-authority: ${problem}.`, exitCodes.usage);
  if (!origin.startsWith('https:')) throw wrong(`${origin} shows no certificate; leave it out, or write https`);
  const text = await readTextFile(resolve(cwd, file)).catch((error: unknown) => {
    throw wrong(`${file} cannot be read (${error instanceof Error ? error.message : 'unknown reason'})`);
  });
  try {
    // An authority that cannot be read would be passed over in silence, and then nothing be trusted.
    new X509Certificate(text);
  } catch {
    throw wrong(`${file} holds no certificate; it is a PEM file that begins with -----BEGIN CERTIFICATE-----`);
  }
  return text;
}
