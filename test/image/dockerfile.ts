import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../started/started-cluster.js';

/** One line of a Dockerfile, continued lines joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
  /** Words that are no flags. */
  readonly words: readonly string[];
  /** The stage that `--from` names. */
  readonly from: string | undefined;
}

/** What stands between one FROM and the next. */
export interface BuildStage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile of the project. @throws Error when something stands before the first FROM */
export function readDockerfile(path: string): BuildStage[] {
  const lines = readFileSync(join(project, path), 'utf8').replace(/\\\n/g, ' ').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [name = '', ...words] = line.split(/\s+/);
    if (name === 'FROM') {
      stages.push({ image: words[0] ?? '', name: words[1] === 'AS' ? words[2] : undefined, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (!stage) throw new Error(`${path}: ${line} stands in no stage`);
    const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
    stage.instructions.push({ name, text: words.join(' '), words: words.filter((word) => !word.startsWith('--')), from });
  }
  return stages;
}
