import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const BYTES = 32;

/** The key that signs tokens of ServiceAccounts, made at the first start, read by its owner only. @throws Error naming a file that holds none */
export function readTokenKey(path: string): Uint8Array {
  try {
    writeFileSync(path, randomBytes(BYTES).toString('base64'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length < BYTES) throw new Error(`${path}: holds no key of ${BYTES} bytes in base64; delete it to have a new one made (tokens of ServiceAccounts then end)`);
  return key;
}
