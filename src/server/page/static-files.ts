import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file of the page, in memory. */
export interface StaticFile {
  readonly bytes: Buffer;
  /** The same, compressed; absent where that saves nothing. */
  readonly gzip?: Buffer;
  readonly contentType: string;
  /** For `If-None-Match`. */
  readonly etag: string;
  readonly cacheControl: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

const compressed = promisify(gzip);

/**
 * All files of the page by their path in URLs, read once: no request reaches the disk, so none can leave the folder. Files below
 * `assets/` have a hash in their name and never change.
 * @throws Error where the folder holds no page
 */
export async function readStaticFiles(directory: string): Promise<ReadonlyMap<string, StaticFile>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, StaticFile>();
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(directory, path).split(sep).join('/')}`, await staticFile(path, type));
  }
  if (!files.has('/index.html')) throw new Error(`${directory} holds no page: build it with: make build`);
  return files;
}

async function staticFile(path: string, contentType: string): Promise<StaticFile> {
  const bytes = await readFile(path);
  const small = /^(text|application)\/|svg/.test(contentType) ? await compressed(bytes) : bytes;
  return {
    bytes,
    ...(small.length < bytes.length * 0.9 ? { gzip: small } : {}),
    contentType,
    // Weak: the same for both encodings.
    etag: `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    cacheControl: /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}

/**
 * The file that a path stands for. Paths inside the page (`/releases/shop/web-1`) are the page itself, which knows what they mean.
 * @param wantsPage whether a browser goes there, rather than a program or a tag of the page
 */
export function fileAt(files: ReadonlyMap<string, StaticFile>, path: string, wantsPage: boolean): StaticFile | undefined {
  const found = files.get(path === '/' ? '/index.html' : path);
  if (found !== undefined || !wantsPage || /^\/(api|v1|assets)(\/|$)/.test(path)) return found;
  return files.get('/index.html');
}
