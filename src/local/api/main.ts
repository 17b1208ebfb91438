import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { isRecord } from '../../kubernetes/json.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { openAddressMap } from '../addresses/cluster-addresses.js';
import { createApi, type Api } from './api.js';
import { fileLogs } from './file-logs.js';
import { builtinKinds } from './kinds/registry.js';
import { listen, type ListenOptions } from './listener.js';
import { lmdbStore } from './lmdb-store.js';
import { readTokenKey } from './token-key.js';
import { usersFile } from './users-file.js';

const USAGE = `usage: main.js --directory DIR [--port N] [--service-range CIDR] [--logs DIR] [--crds FILE.json]…
               [--access FILE.json] [--tls-cert FILE --tls-key FILE]`;
const COMPACTION_MILLISECONDS = 300_000;

const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    port: { type: 'string', default: '0' },
    'service-range': { type: 'string', default: '10.96.0.0/16' },
    logs: { type: 'string' },
    crds: { type: 'string', multiple: true, default: [] },
    access: { type: 'string' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
  },
});
if (values.directory === undefined || (values['tls-cert'] === undefined) !== (values['tls-key'] === undefined)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
try {
  await run(values.directory);
} catch (error) {
  process.stderr.write(`the local API cannot run in ${values.directory}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function run(directory: string): Promise<void> {
  const log = pino({ name: 'api' }, pino.destination(2));
  mkdirSync(join(directory, 'data'), { recursive: true, mode: 0o700 });
  const store = lmdbStore(join(directory, 'data'));
  const users = usersFile(join(directory, 'tokens.json'), systemClock);
  const tokenKey = readTokenKey(join(directory, 'service-account.key'));
  const random = seededRandom(Number(process.hrtime.bigint() & 0x7fffffffn) ^ process.pid);
  const addresses = await openAddressMap(directory);
  const logs = fileLogs(values.logs ?? join(directory, 'logs'), systemClock);
  const api = createApi({ store, clock: systemClock, random, users, tokenKey, logs, podAddress: (address, port) => addresses.toSocketAddress(address, port), kinds: builtinKinds({ serviceRange: values['service-range'] }) });
  for (const file of values.crds) await installDefinitions(api, file);
  if (values.access !== undefined) await installAccess(api, values.access);
  const listener = await listen(api, { port: Number(values.port), ...tlsOf(values['tls-cert'], values['tls-key']) });
  writeAtomically(join(directory, 'api.json'), { url: listener.url, host: listener.host, port: listener.port, pid: process.pid });
  log.info({ url: listener.url, version: store.version }, 'serving');
  const stopped = new AbortController();
  const compaction = compactNowAndThen(store, stopped.signal);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.abort(new Error(signal)));
  await new Promise<void>((resolve) => stopped.signal.addEventListener('abort', () => resolve(), { once: true }));
  await listener.close();
  await api.close();
  await compaction;
  await store.close();
  log.info('stopped');
}

function tlsOf(certificate: string | undefined, key: string | undefined): Pick<ListenOptions, 'tls'> {
  return certificate === undefined || key === undefined ? {} : { tls: { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') } };
}

/** Watches can resume from the last five to ten minutes. */
async function compactNowAndThen(store: ReturnType<typeof lmdbStore>, signal: AbortSignal): Promise<void> {
  let version = store.version;
  while (!signal.aborted) {
    await systemClock.sleep(COMPACTION_MILLISECONDS, signal).catch(() => undefined);
    if (signal.aborted) return;
    await store.compact(version);
    version = store.version;
  }
}

/** Creates or brings up to date every definition of a file: one, a list, or a List object. */
async function installDefinitions(api: Api, file: string): Promise<void> {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const items: readonly unknown[] = Array.isArray(content) ? content : isRecord(content) && Array.isArray(content['items']) ? content['items'] : [content];
  const transport = api.transport();
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const item of items) {
    if (!isRecord(item) || !isRecord(item['metadata'])) throw new Error(`${file}: holds something that is no CustomResourceDefinition`);
    const name = String(item['metadata']['name']);
    const body = JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', ...item });
    const created = await transport.request({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body });
    const done =
      created.status === 409
        ? await transport.request({ method: 'PATCH', path: `${path}/${name}`, headers: { 'content-type': 'application/merge-patch+json' }, body: JSON.stringify({ spec: item['spec'] }) })
        : created;
    if (done.status >= 300) throw new Error(`${file}: ${name}: ${done.body.trim()}`);
  }
}

/** Puts every role and binding of a file in the place of what bears its name. */
async function installAccess(api: Api, file: string): Promise<void> {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const transport = api.transport();
  for (const item of Array.isArray(content) ? content : []) {
    if (!isRecord(item) || !isRecord(item['metadata'])) throw new Error(`${file}: holds something that is no role or binding`);
    const path = `/apis/rbac.authorization.k8s.io/v1/${String(item['kind']).toLowerCase()}s/${encodeURIComponent(String(item['metadata']['name']))}`;
    const done = await transport.request({ method: 'PUT', path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(item) });
    if (done.status >= 300) throw new Error(`${file}: ${path}: ${done.body.trim()}`);
  }
}

function writeAtomically(path: string, value: unknown): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
