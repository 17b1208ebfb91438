import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import typescript from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommitError } from './journaled-store.js';
import { lmdbStore } from './lmdb-store.js';
import { memoryStore } from './memory-store.js';
import type { Store } from './store.js';

const object = (name: string, data = '1') => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { data } });
const put = (store: Store, name: string, data?: string) => store.write((transaction) => transaction.put('/configmaps', name, object(name, data)));

const PARTS = [
  'local/api/lmdb-store',
  'local/api/journaled-store',
  'local/api/sorted-collection',
  'local/api/store-history',
  'local/api/store',
  'kubernetes/json',
  'schema/json',
  'ports/fault-port',
];

/** A child process cannot read TypeScript: the store and what it needs, as JavaScript. */
async function transpiledStore(directory: string): Promise<string> {
  const source = fileURLToPath(new URL('../../', import.meta.url));
  const target = join(directory, 'js');
  for (const part of PARTS) {
    const text = await readFile(join(source, `${part}.ts`), 'utf8');
    const { outputText } = typescript.transpileModule(text, { compilerOptions: { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 } });
    await mkdir(dirname(join(target, part)), { recursive: true });
    await writeFile(join(target, `${part}.js`), outputText);
  }
  await writeFile(join(target, 'package.json'), '{"type":"module"}');
  await symlink(join(source, '..', 'node_modules'), join(target, 'node_modules'));
  return target;
}

describe('a store in a directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'serin-store-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is the same after it was closed', async () => {
    const store = lmdbStore(directory);
    await Promise.all(Array.from({ length: 100 }, (_, index) => put(store, `c${String(index).padStart(3, '0')}`)));
    await store.write((transaction) => transaction.delete('/configmaps', 'c000'));
    const { version } = store;
    await store.close();
    const again = lmdbStore(directory);
    expect(again.version).toBe(version);
    expect(again.list('/configmaps').map(({ key }) => key)).toEqual(Array.from({ length: 99 }, (_, index) => `c${String(index + 1).padStart(3, '0')}`));
    expect(again.eventsAfter(version - 1, '/configmaps')?.map(({ type, stored }) => `${type} ${stored.key}`)).toEqual(['DELETED c000']);
    expect(again.listAt(version - 1, '/configmaps')).toHaveLength(100);
    await again.compact(version);
    expect(again.eventsAfter(version - 1, '/configmaps')).toBeUndefined();
    await again.close();
  });

  it('keeps every acknowledged write when its process is killed', async () => {
    const program = join(directory, 'writer.mjs');
    const module = pathToFileURL(join(await transpiledStore(directory), 'local/api/lmdb-store.js')).href;
    await writeFile(program, `
      import { lmdbStore } from ${JSON.stringify(module)};
      const store = lmdbStore(process.argv[2]);
      for (;;) {
        const names = await Promise.all([1, 2, 3].map(() => store.write((transaction) => {
          const name = 'c' + (transaction.list('/configmaps').length + 1);
          transaction.put('/configmaps', name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
          return name;
        })));
        for (const name of names) process.stdout.write(name + '\\n');
      }`);
    const child = spawn(process.execPath, [program, join(directory, 'data')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 300) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const store = lmdbStore(join(directory, 'data'));
    for (const name of acknowledged) expect(store.get('/configmaps', name)).toBeDefined();
    expect(new Set(store.list('/configmaps').map(({ version }) => version)).size).toBe(store.list('/configmaps').length);
    await store.close();
  });
});

describe('writes', () => {
  it('decide on the newest state, in order, and appear together', async () => {
    const store = memoryStore();
    const counts = await Promise.all(
      Array.from({ length: 50 }, () =>
        store.write((transaction) => {
          const data = Number(JSON.parse(transaction.get('/configmaps', 'n')?.text ?? '{"data":{"data":"0"}}').data.data) + 1;
          transaction.put('/configmaps', 'n', object('n', String(data)));
          return data;
        }),
      ),
    );
    expect(counts).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    await expect(
      store.write((transaction) => {
        transaction.put('/configmaps', 'm', object('m'));
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(store.get('/configmaps', 'm')).toBeUndefined();
  });

  it('that fail to commit leave nothing behind, and take along what was decided on top of them', async () => {
    let broken = false;
    const store = memoryStore({ faults: { reach: (boundary) => (broken && boundary.endsWith('before') ? Promise.reject(new Error('disk')) : Promise.resolve()) } });
    await put(store, 'a', '1');
    broken = true;
    const lost = [put(store, 'a', '2'), put(store, 'b')];
    for (const each of lost) await expect(each).rejects.toBeInstanceOf(CommitError);
    broken = false;
    expect(store.list('/configmaps').map(({ text }) => JSON.parse(text).data.data)).toEqual(['1']);
    const { version } = await put(store, 'a', '3');
    expect(version).toBe(store.version);
  });
});
