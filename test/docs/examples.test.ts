import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { serin } from '../cli/driven-shell.js';
import { project } from '../started/started-cluster.js';

const EXAMPLES = join(project, 'examples');
const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((each) => each.isDirectory()).map(({ name }) => name).sort();
const filesOf = (folder: string): string[] => readdirSync(join(EXAMPLES, folder)).sort();
const textOf = (...path: string[]): string => readFileSync(join(EXAMPLES, ...path), 'utf8');
const isManifest = (file: string): boolean => file.endsWith('.yaml');
const POLICIES: readonly unknown[] = ['ReleasePolicy', 'Application', 'Rollout', 'ImagePolicy'];
const isPolicy = (folder: string, file: string): boolean => parseAllDocuments(textOf(folder, file)).some((document) => POLICIES.includes(document.get('kind')));

it('the table of contents has every example, once', () => {
  const linked = [...textOf('README.md').matchAll(/^\| \[(\S+)\]\((\S+)\) \|/gm)].map(([, name = '', link]) => ({ name, link }));
  expect(linked.map(({ name }) => name).sort()).toEqual(folders);
  for (const { name, link } of linked) expect(link).toBe(`${name}/README.md`);
});

describe.each(folders)('example %s', (folder) => {
  it('names its files', () => {
    const readme = textOf(folder, 'README.md');
    const named = filesOf(folder).filter((file) => isManifest(file) || file === 'images.json');
    expect(named.filter((file) => !readme.includes(`\`${file}\``))).toEqual([]);
  });

  const manifests = filesOf(folder).filter(isManifest);
  it.each(manifests.filter((file) => isPolicy(folder, file)))('has no error: %s', async (policy) => {
    const others = manifests.filter((file) => !isPolicy(folder, file));
    const { code, out, err } = await serin(undefined, ['lint', ...[...others, policy].flatMap((file) => ['-f', file])], { cwd: join(EXAMPLES, folder) });
    expect({ code, err }, out).toEqual({ code: 0, err: '' });
    expect(out).toContain(' of Serin checked, no error');
  });
});
