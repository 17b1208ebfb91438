import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../ports/clock.js';

/** Whether this machine has the real one, Debian's docker-registry; see scripts/install-tools.sh. */
export const hasRegistry = spawnSync('docker-registry', ['--version']).status === 0;
export const REGISTRY_NOT_RUN = 'there is no docker-registry; see scripts/install-tools.sh.';

/** `admin` and `admin`, as htpasswd -B writes it. */
const HTPASSWD = 'admin:$2b$04$X8MtyC2aAwDaEQUi3Jsk6OQ9s7v3PePywSC7gb81xQT.K4YceUCbO\n';
/** Milliseconds. */
const PATIENCE = 30_000;

export interface RunningRegistry {
  /** `127.0.0.1:<port>`, as images name it. */
  readonly host: string;
  /** Pushes an image of one layer, as docker does it: blobs, then the manifest under each tag. @returns its digest */
  push(repository: string, tags: readonly string[], content: string): Promise<string>;
  stop(): Promise<void>;
}

export interface RegistryOptions {
  /** Whether it asks for admin and admin. */
  readonly basic?: boolean;
  /** Where it sends its notifications. */
  readonly notify?: { readonly url: string; readonly headers: Readonly<Record<string, readonly string[]>> };
}

/** Starts a real registry that speaks plain HTTP on an address and port. */
export async function startRegistry({ basic = false, notify }: RegistryOptions = {}): Promise<RunningRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'serin-registry-'));
  await writeFile(join(folder, 'htpasswd'), HTPASSWD);
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify({
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, maintenance: { uploadpurging: { enabled: false } } },
    http: { addr: '127.0.0.1:0', secret: 'test' },
    ...(basic ? { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } } : {}),
    ...(notify ? { notifications: { endpoints: [{ name: 'serin', url: notify.url, headers: notify.headers, timeout: '5s', threshold: 5, backoff: '1s' }] } } : {}),
  }));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-20_000)));
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  // It says which port it was given: one that was free before may be somebody else's by now.
  const hostSaid = (): string | undefined => /listening on (127\.0\.0\.1:[1-9]\d*)/.exec(said)?.[1];
  for (const end = systemClock.monotonic() + PATIENCE; hostSaid() === undefined; await systemClock.sleep(20)) {
    if (child.exitCode === null && systemClock.monotonic() < end) continue;
    await stop();
    throw new Error(`docker-registry does not listen: ${said}`);
  }
  const host = hostSaid() ?? '';
  const headers = basic ? { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` } : {};
  return {
    host, stop,
    async push(repository, tags, content) {
      const base = `http://${host}/v2/${repository}`;
      const send = async (method: string, url: string, type: string, body: Buffer): Promise<Response> => {
        const answer = await fetch(url, { method, headers: { ...headers, 'content-type': type }, ...(method === 'POST' ? {} : { body: new Uint8Array(body) }) });
        if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
        return answer;
      };
      const blob = async (body: Buffer): Promise<{ digest: string; size: number }> => {
        const digest = digestOf(body);
        const place = new URL((await send('POST', `${base}/blobs/uploads/`, 'application/octet-stream', body)).headers.get('location') ?? '', base);
        place.searchParams.set('digest', digest);
        await send('PUT', place.href, 'application/octet-stream', body);
        return { digest, size: body.length };
      };
      const layer = await blob(Buffer.from(content));
      const config = await blob(Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [layer.digest] } })));
      const type = 'application/vnd.docker.distribution.manifest.v2+json';
      const manifest = Buffer.from(JSON.stringify({
        schemaVersion: 2, mediaType: type,
        config: { mediaType: 'application/vnd.docker.container.image.v1+json', ...config },
        layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', ...layer }],
      }));
      for (const tag of tags) await send('PUT', `${base}/manifests/${tag}`, type, manifest);
      return digestOf(manifest);
    },
  };
}

const digestOf = (body: Buffer): string => `sha256:${createHash('sha256').update(body).digest('hex')}`;
