import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../../cluster/create-client.js';
import { createHttpTransport } from '../../cluster/http-transport.js';
import { isRecord } from '../../kubernetes/json.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import { adminToken } from './access.js';
import type { ClusterFiles } from './cluster-files.js';
import type { Readiness } from './parts.js';
import type { PartState } from './supervisor-state.js';

/** Where the API says that it listens; undefined before it does. */
export async function apiUrl(files: ClusterFiles): Promise<string | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(files.api, 'utf8'));
    return isRecord(content) && typeof content['url'] === 'string' ? content['url'] : undefined;
  } catch {
    return undefined;
  }
}

/** @returns what the part still waits for; undefined when it is ready */
export async function unreadiness(readiness: Readiness, state: PartState, files: ClusterFiles, clock: Clock): Promise<string | undefined> {
  if (state.status !== 'running' || state.startedAt === undefined) return `${state.status}${state.lastExit === undefined ? '' : ` after ${state.lastExit}`}`;
  switch (readiness.kind) {
    case 'running':
      return clock.now() - state.startedAt >= readiness.milliseconds ? undefined : 'just started';
    case 'file':
      return (await isNewer(join(files.directory, readiness.name), state.startedAt)) ? undefined : `has not written ${readiness.name}`;
    case 'api':
      return (await isNewer(files.api, state.startedAt)) ? apiUnreadiness(files) : 'does not listen yet';
    case 'node':
      return nodeUnreadiness(readiness.name, state.startedAt, files);
  }
}

/** File systems round times down, to a second at worst. */
async function isNewer(file: string, since: number): Promise<boolean> {
  const modified = await stat(file).then(({ mtimeMs }) => mtimeMs, () => 0);
  return modified >= since - 20;
}

async function apiUnreadiness(files: ClusterFiles): Promise<string | undefined> {
  return withApi(files, async (client) => {
    await client.raw('/readyz');
    return undefined;
  });
}

function nodeUnreadiness(name: string, since: number, files: ClusterFiles): Promise<string | undefined> {
  return withApi(files, async (client) => {
    const node = await client.find(resources.nodes, { name });
    if (!isConditionTrue(node?.status?.conditions, 'Ready')) return `Node ${name} is not ready`;
    const lease = await client.find(resources.leases, { name, namespace: 'kube-node-lease' });
    const renewed = Date.parse(lease?.spec.renewTime ?? '');
    return renewed >= since ? undefined : `Node ${name} has not given a sign of life yet`;
  });
}

async function withApi(files: ClusterFiles, ask: (client: ReturnType<typeof createClient>) => Promise<string | undefined>): Promise<string | undefined> {
  const server = await apiUrl(files);
  if (server === undefined) return 'the API does not listen yet';
  try {
    const transport = createHttpTransport({ server, token: await adminToken(files), ca: await readFile(files.authority.certificate, 'utf8') });
    try {
      return await ask(createClient(transport, { fieldManager: 'serin-local', retries: { tries: 1 } }));
    } finally {
      await transport.stop();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
