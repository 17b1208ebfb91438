import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiled program in a folder of its own, as `scripts/build.mjs` would put it into `dist`. */
export interface CompiledPrograms {
  readonly folder: string;
  remove(): void;
}

/** Compiles the sources (types are checked elsewhere); packages are found because the folder lies below the project's `node_modules`. */
export function compilePrograms(): CompiledPrograms {
  const project = fileURLToPath(new URL('../../../../', import.meta.url));
  const cache = join(project, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'programs-'));
  const compiler = join(project, 'node_modules', 'tsc-native', 'bin', 'tsc');
  const args = [compiler, '-p', join(project, 'tsconfig.build.json'), '--outDir', folder, '--declaration', 'false', '--sourceMap', 'false', '--noCheck'];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (!existsSync(join(folder, 'local', 'supervisor', 'main.js'))) throw new Error(`nothing was compiled:\n${stdout}`);
  cpSync(join(project, 'src'), folder, { recursive: true, filter: (path) => path.endsWith('.json') || !/\.\w+$/.test(path.slice(dirname(path).length)) });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
