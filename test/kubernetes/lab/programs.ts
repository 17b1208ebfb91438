import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../../../src/kubernetes/json.js';
import { project } from './project.js';

/** A tool of `test/kubernetes/tools` as `scripts/lab-tools.mjs` left it. */
export type Tool = { readonly version: string; readonly programs: Readonly<Record<string, string>> } | { readonly missing: string };

const INDEX = process.env['SERIN_LAB_INDEX'] ?? join(project, '.cache', 'lab', 'programs.json');

/** What became of a tool. */
export function findTool(name: string): Tool {
  const index: unknown = existsSync(INDEX) ? JSON.parse(readFileSync(INDEX, 'utf8')) : {};
  const entry = isRecord(index) ? index[name] : undefined;
  if (!isRecord(entry)) return { missing: `it is not built: node scripts/lab-tools.mjs ${name}` };
  const { version, programs, missing } = entry;
  if (typeof version !== 'string' || !isRecord(programs)) return { missing: String(missing) };
  const paths = Object.entries(programs).flatMap(([program, path]) => (typeof path === 'string' ? [[program, path] as const] : []));
  const gone = paths.find(([, path]) => !existsSync(path));
  return gone ? { missing: `${gone[1]} is gone: node scripts/lab-tools.mjs ${name}` } : { version, programs: Object.fromEntries(paths) };
}

/** The path of a program. @throws Error with the remedy when it is not there */
export function programPath(tool: string, program = tool): string {
  const found = findTool(tool);
  if ('missing' in found) throw new Error(`${tool}: ${found.missing}`);
  const path = found.programs[program];
  if (path === undefined) throw new Error(`${tool} has no program ${program}, only ${Object.keys(found.programs).join(', ')}`);
  return path;
}

/** The programs of a control plane. */
export interface ControlPlanePrograms {
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  /** What the API server keeps its objects in. */
  readonly etcd: string;
}

/**
 * Those of a tool, `kubernetes` or `kubernetes-1.34`. For the first one, API server and etcd in the folder KUBEBUILDER_ASSETS
 * are taken instead where it is set.
 * @throws Error with the remedy when one is not there
 */
export function controlPlanePrograms(tool: string, env: NodeJS.ProcessEnv = process.env): ControlPlanePrograms {
  const assets = env['KUBEBUILDER_ASSETS'];
  const own = { controllerManager: programPath(tool, 'kube-controller-manager'), scheduler: programPath(tool, 'kube-scheduler') };
  if (assets === undefined || assets === '' || tool !== 'kubernetes') {
    return { ...own, apiServer: programPath(tool, 'kube-apiserver'), etcd: programPath('etcd', 'server') };
  }
  const at = (name: string): string => {
    const path = join(assets, name);
    if (!existsSync(path)) throw new Error(`KUBEBUILDER_ASSETS is ${assets}, but there is no ${name} in it`);
    return path;
  };
  return { ...own, apiServer: at('kube-apiserver'), etcd: at('etcd') };
}
