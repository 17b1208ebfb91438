import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.js';

/** The project's folder. */
export const project = fileURLToPath(new URL('../../', import.meta.url));
/** The built command; another build than `dist` is tested with SERIN_DIST. */
export const serin = join(process.env['SERIN_DIST'] ?? join(project, 'dist'), 'cli', 'main.js');

/** A home of its own, in which local clusters meet no others, and the environment that leads to it. */
export interface Home {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the local clusters that are up in it, and removes it. */
  remove(): Promise<void>;
}

/** @throws Error when the command is not built */
export async function createHome(): Promise<Home> {
  if (!existsSync(serin)) throw new Error(`${serin} is missing; build it with: make build`);
  const folder = await mkdtemp(join(tmpdir(), 'serin-home-'));
  const { KUBECONFIG: _kubeconfig, XDG_STATE_HOME: _state, SERIN_HOME: _home, ...rest } = process.env;
  const env = { ...rest, HOME: folder, NO_COLOR: '1' };
  const remove = async (): Promise<void> => {
    await run(process.execPath, [serin, 'local', 'reset'], { env });
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, env, remove };
}

/** A home whose default local cluster is up, and its kubeconfig. */
export interface StartedCluster extends Home {
  readonly kubeconfig: string;
}

/** Starts a cluster as a person does, with the images of bookinfo and without the web page. */
export async function startCluster(): Promise<StartedCluster> {
  const home = await createHome();
  const images = join(project, 'examples', 'bookinfo', 'images.json');
  const { code, stderr } = await run(process.execPath, [serin, 'local', 'up', '--no-dashboard', '--images', images], { env: home.env });
  if (code !== 0) {
    await home.remove();
    throw new Error(`serin local up ended with ${code}: ${stderr}`);
  }
  return { ...home, kubeconfig: join(home.folder, '.local', 'state', 'serin', 'local', 'default', 'kubeconfig') };
}
