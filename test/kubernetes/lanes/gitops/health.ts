import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../src/kubernetes/objects.js';
import { programPath } from '../../lab/programs.js';
import { project } from '../../lab/project.js';

const shipped = join(project, 'deploy', 'gitops');

/** What a tool says of an object. */
export interface Health {
  readonly status: string;
  readonly message: string;
}

/** What Argo CD says of objects, with what is shipped for it or as it comes. */
export function argoHealth(objects: readonly KubernetesObject[], customized = true): Promise<Health[]> {
  return judged(programPath('argocd-health'), customized ? [join(shipped, 'argocd')] : [], objects);
}

/** What Flux says of objects, with the expressions that are shipped for it or as kstatus does. */
export async function fluxHealth(objects: readonly KubernetesObject[], customized = true): Promise<Health[]> {
  const folder = await mkdtemp(join(tmpdir(), 'serin-flux-'));
  try {
    const file = join(folder, 'checks.json');
    await writeFile(file, JSON.stringify(parse(readFileSync(join(shipped, 'flux', 'health-checks.yaml'), 'utf8'))));
    return await judged(programPath('kstatus'), customized ? [file] : [], objects);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function judged(program: string, args: readonly string[], objects: readonly KubernetesObject[]): Promise<Health[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(out.join('')) as Health[]) : reject(new Error(`${program} ended with ${String(code)}: ${err.join('')}`))));
    child.stdin.end(JSON.stringify(objects));
  });
}
