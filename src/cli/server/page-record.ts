import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { makeLinkCode } from '../../server/sign-in/links.js';

/** What the page of a local cluster leaves in the cluster's folder while it is served. */
export interface PageRecord {
  /** Where the page is; without a slash at its end. */
  readonly url: string;
  /** A secret: whoever has it makes links that sign in at the page. */
  readonly key: Uint8Array;
}

const FileSchema = Type.Object({ url: Type.String({ pattern: '^http://' }), key: Type.String({ minLength: 43 }) });

/** The file in a cluster's folder; only its owner may read it. */
export const PAGE_RECORD = 'dashboard.json';

/** A new key for each start, so that no link outlives its server. */
export const newLinkKey = (): Uint8Array => randomBytes(32);

/** Whole, or not at all. */
export async function writePageRecord(directory: string, { url, key }: PageRecord): Promise<void> {
  const file = join(directory, PAGE_RECORD);
  await writeFile(`${file}.new`, `${JSON.stringify({ url, key: Buffer.from(key).toString('base64url') })}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** To be called when the page is no longer served. */
export async function removePageRecord(directory: string): Promise<void> {
  await rm(join(directory, PAGE_RECORD), { force: true });
}

/** @returns undefined where there is none, or none that can be read */
export async function readPageRecord(directory: string): Promise<PageRecord | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(join(directory, PAGE_RECORD), 'utf8'));
    return Value.Check(FileSchema, content) ? { url: content.url, key: Buffer.from(content.key, 'base64url') } : undefined;
  } catch {
    return undefined;
  }
}

/** A fresh link that signs one person in, once, within ten minutes. @param now milliseconds since the epoch */
export function linkTo({ url, key }: PageRecord, now: number): string {
  return `${url}/sign-in?code=${makeLinkCode(key, now)}`;
}
