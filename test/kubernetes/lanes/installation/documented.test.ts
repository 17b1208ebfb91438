import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import { blocksOf } from '../../../docs/pages.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { run } from '../../../started/run.js';
import { networks } from '../../lab/networks.js';
import type { Lab } from '../../lab/open-lab.js';
import { programPath } from '../../lab/programs.js';
import { dist, project } from '../../lab/project.js';
import { oneOf } from '../../lab/rounds.js';
import { fine, HOME, startOwnCluster, type OwnCluster } from './own-cluster.js';

/** One after the other, each on a cluster without Serin. */
describe.sequential('Serin is installed as the page says', () => {
  let cluster: OwnCluster;
  let lab: Lab;
  beforeAll(async () => {
    cluster = await startOwnCluster(AbortSignal.timeout(170_000), { network: networks.documented });
    ({ lab } = cluster);
  });
  afterAll(() => cluster?.stop());

  it.each(oneOf(4, ['serin', 'helm', 'kubectl', 'namespace']))('as docs/install.md says, the blocks marked %s', async (way) => {
    const bin = join(lab.directory, 'bin');
    await mkdir(bin, { recursive: true });
    const programs = { npx: [process.execPath, join(dist, 'cli', 'main.js')], helm: [programPath('helm')], kubectl: [programPath('kubernetes', 'kubectl')] };
    for (const [name, command] of Object.entries(programs)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${name === 'npx' ? '[ "$1" = serin ] || exit 1\nshift\n' : ''}exec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
    }
    await lab.client.apply(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, { fieldManager: 'test' });
    const typed = blocksOf('docs/install.md').filter(({ marks }) => marks[0] === 'lab' && marks.includes(way)).map(({ line, text }) => `echo "--- ${line}"\n${text}`);
    expect(typed.length).toBeGreaterThan(1);
    const home = { HELM_CACHE_HOME: lab.directory, HELM_CONFIG_HOME: lab.directory, HELM_DATA_HOME: lab.directory };
    const ended = await run('bash', ['-euo', 'pipefail', '-c', typed.join('\n')], { cwd: project, env: { ...process.env, ...home, PATH: `${bin}:${process.env['PATH'] ?? ''}`, KUBECONFIG: lab.kubeconfig }, patience: 170_000 });
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(0);
    // The next one begins anew.
    for (const namespace of [HOME, 'shop']) fine(await lab.serin('uninstall', '--delete-crds', '-n', namespace));
    await eventually('the kinds are gone', async () => (await lab.client.list(resources.customResourceDefinitions)).items.every(({ spec }) => spec.group !== 'serin.dev'));
  });
});
