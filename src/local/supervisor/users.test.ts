import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../cluster/client.js';
import { createClient } from '../../cluster/create-client.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import type { ClusterRoleBinding } from '../../kubernetes/generated/rbac-v1.js';
import type { Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { accessObjects } from './access-objects.js';
import { standardParts, type Part } from './parts.js';
import { startCluster } from './start-cluster.js';
import { stopCluster } from './stop-cluster.js';
import { compilePrograms, type CompiledPrograms } from './testing/compiled-programs.js';
import { addUser, listUsers, removeUser } from './users.js';

const bindings: Resource<ClusterRoleBinding> = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false };

let programs: CompiledPrograms;
let folder: string;
let directory: string;
let parts: readonly Part[];
beforeAll(async () => {
  programs = compilePrograms();
  folder = await mkdtemp(join(tmpdir(), 'serin-users-'));
  directory = join(folder, 'a');
  parts = standardParts({ programs: programs.folder, crds: [], images: [], nodeName: 'n' }).filter(({ name }) => name === 'api');
  await startCluster({ name: 'a', directory, programs: programs.folder, parts });
});
afterAll(async () => {
  await stopCluster(directory);
  await rm(folder, { recursive: true, force: true });
  programs.remove();
});

/** Does something with a kubeconfig. */
async function as<T>(kubeconfig: string, work: (client: ClusterClient) => Promise<T>): Promise<T> {
  const { transport } = await loadKubeconfig({ env: {}, path: kubeconfig });
  try {
    return await work(createClient(transport, { fieldManager: 'test', retries: { tries: 1 } }));
  } finally {
    await transport.stop();
  }
}

const mayList = (kubeconfig: string): Promise<boolean | number> => as(kubeconfig, (client) => client.list(resources.pods).then(() => true, (error: { code?: number }) => error.code ?? false));

describe('a person', () => {
  it('comes into a running cluster at once, by a file of their own, and may what roles say', async () => {
    const jane = await addUser(directory, { name: 'jane', groups: ['dev'] });
    expect((await stat(jane.kubeconfig)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'users.json'))).mode & 0o777).toBe(0o600);
    expect(await mayList(jane.kubeconfig)).toBe(403);
    await as(join(directory, 'kubeconfig'), (client) =>
      client.create(bindings, {
        ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'dev' } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'Group', name: 'dev', apiGroup: 'rbac.authorization.k8s.io' }],
      }),
    );
    expect(await mayList(jane.kubeconfig)).toBe(true);
    expect(await listUsers(directory)).toEqual([jane]);
  });

  it('keeps the file when the groups change, and loses them', async () => {
    const before = await readFile((await addUser(directory, { name: 'bob', groups: ['dev'] })).kubeconfig, 'utf8');
    const bob = await addUser(directory, { name: 'bob', groups: [] });
    expect(await readFile(bob.kubeconfig, 'utf8')).toBe(before);
    await expect.poll(() => mayList(bob.kubeconfig), { timeout: 5000 }).toBe(403);
  });

  it('is there although others were added at the same moment', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `guest-${index}`);
    const added = await Promise.all(names.map((name) => addUser(directory, { name, groups: ['guests'] })));
    const known = (await listUsers(directory)).map(({ name }) => name);
    expect(known.filter((name) => name.startsWith('guest-'))).toEqual(names);
    for (const { kubeconfig } of added) expect(await mayList(kubeconfig)).toBe(403);
    expect(await Promise.all(names.map((name) => removeUser(directory, name)))).toEqual(names.map(() => true));
  });

  it('is kept by the next start', async () => {
    const { kubeconfig } = await addUser(directory, { name: 'carol', groups: ['dev'] });
    const before = await readFile(kubeconfig, 'utf8');
    await stopCluster(directory);
    await startCluster({ name: 'a', directory, programs: programs.folder, parts });
    expect(await readFile(kubeconfig, 'utf8')).toBe(before);
    expect(await mayList(kubeconfig)).toBe(true);
  });

  it('can be taken out', async () => {
    const { kubeconfig } = await addUser(directory, { name: 'dave', groups: ['dev'] });
    const text = await readFile(kubeconfig, 'utf8');
    expect(await removeUser(directory, 'dave')).toBe(true);
    await expect(stat(kubeconfig)).rejects.toThrow('ENOENT');
    expect(await removeUser(directory, 'dave')).toBe(false);
    const [, token = ''] = /token: (\S+)/.exec(text) ?? [];
    expect(await readFile(join(directory, 'tokens.json'), 'utf8')).not.toContain(token);
  });

  it.each<[string, string, string[], string]>([
    ['a name that could leave the folder', '../x', [], 'a user cannot be called "../x"'],
    ['a name of the system', 'system:admin', [], 'a user cannot be called "system:admin"'],
    ["the administrator's name", 'kubernetes-admin', [], 'is the administrator'],
    ['a group of the system', 'eve', ['system:nodes'], 'nobody can be put into the group "system:nodes"'],
    ['a group with a blank', 'eve', ['a b'], 'a group cannot be called "a b"'],
  ])('cannot have %s', async (_what, name, groups, message) => {
    await expect(addUser(directory, { name, groups })).rejects.toMatchObject({ code: 'InvalidUser', message: expect.stringContaining(message) });
  });

  it('cannot be added where there is no cluster', async () => {
    await expect(addUser(folder, { name: 'jane', groups: [] })).rejects.toMatchObject({ code: 'NotUp' });
  });

  it('cannot be added to a file that holds something else, which is named with the remedy', async () => {
    const file = join(directory, 'users.json');
    const before = await readFile(file, 'utf8');
    for (const text of ['{"jane": {', '[]']) {
      await writeFile(file, text);
      await expect(addUser(directory, { name: 'jane', groups: [] })).rejects.toThrow(`${file} is no JSON object of users by name`);
    }
    await writeFile(file, before);
  });
});

it('no part but the API may do everything', () => {
  const all = standardParts({ programs: '', crds: [], images: [], nodeName: 'n' });
  expect(all.filter(({ user }) => user.groups.includes('system:masters')).map(({ name }) => name)).toEqual(['api']);
  expect(accessObjects(all).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toContain('ClusterRoleBinding system:kube-controller-manager');
});
