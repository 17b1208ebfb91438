import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { blocksOf } from '../../../docs/pages.js';
import { run } from '../../../started/run.js';
import type { Lab } from '../../lab/open-lab.js';
import { programPath } from '../../lab/programs.js';
import { dist, project } from '../../lab/project.js';

const PAGE = 'docs/first-cluster.md';
const REPOSITORIES = ['https://kubernetes.github.io/ingress-nginx', 'https://charts.jetstack.io'];
const PATIENCE_MILLISECONDS = 360_000;

/** Somebody who types what the guide says. */
export class Guide {
  readonly #directory: string;
  readonly #bin: string;
  readonly #home: string;
  readonly #kubeconfig: string;

  private constructor({ directory, kubeconfig }: Lab) {
    this.#directory = directory;
    this.#bin = join(directory, 'bin');
    this.#home = join(directory, 'home');
    this.#kubeconfig = kubeconfig;
  }

  /** @param charts where the charts are whose repositories are on the internet */
  static async open(lab: Lab, charts: string): Promise<Guide> {
    const guide = new Guide(lab);
    for (const folder of [guide.#bin, guide.#home]) await mkdir(folder);
    const serin = `[ "$1" = serin ] || exit 1\nshift\nexec '${process.execPath}' '${join(dist, 'cli', 'main.js')}' "$@"`;
    // The chart's admission webhook asks ingress-nginx's controller, in whose place another program runs.
    const helm = `for each; do shift
case "$each" in ${REPOSITORIES.join('|')}) each='${charts}';; esac
set -- "$@" "$each"; done
[ "$2" != ingress-nginx ] || set -- "$@" --set controller.admissionWebhooks.enabled=false
exec '${programPath('helm')}' "$@"`;
    const kubectl = `exec '${programPath('kubernetes', 'kubectl')}' "$@"`;
    for (const [name, script] of Object.entries({ npx: serin, helm, kubectl })) await writeFile(join(guide.#bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return guide;
  }

  /** Types the blocks `sh lab <mark>`, in one shell. @returns what they print @throws when a command fails */
  async type(mark: string): Promise<string> {
    const blocks = blocksOf(PAGE).filter(({ language, marks }) => language === 'sh' && marks[0] === 'lab' && marks[1] === mark);
    expect(blocks.length).toBeGreaterThan(0);
    const log = join(this.#directory, `guide-${mark}.log`);
    const script = [`exec > '${log}' 2>&1`, ...blocks.map(({ line, text }) => `echo "--- ${line}"\n${text}`)].join('\n');
    const env = { PATH: `${this.#bin}:${process.env['PATH'] ?? ''}`, HOME: this.#home, KUBECONFIG: this.#kubeconfig, NO_COLOR: '1' };
    const { code } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: project, env, patience: PATIENCE_MILLISECONDS });
    const printed = await readFile(log, 'utf8');
    expect(code, printed).toBe(0);
    return printed;
  }
}
