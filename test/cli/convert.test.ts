import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { serin } from './driven-shell.js';
import { folder } from './files.js';

const removing: (() => void)[] = [];
afterEach(() => removing.splice(0).forEach((remove) => remove()));

const example = (name: string): string => readFileSync(new URL(`../../examples/convert/${name}`, import.meta.url), 'utf8');
const kinds = (text: string): string[] => parseAllDocuments(text).map((document) => String(document.get('kind')));

function convert(files: Readonly<Record<string, string>>): ReturnType<typeof serin> {
  const { path, remove } = folder(files);
  removing.push(remove);
  return serin(undefined, ['convert', ...Object.keys(files).flatMap((name) => ['-f', name])], { cwd: path });
}

/** What came out, given to lint. */
async function lint(text: string): Promise<string> {
  const { path, remove } = folder({ 'policy.yaml': text });
  removing.push(remove);
  return (await serin(undefined, ['lint', '-f', 'policy.yaml'], { cwd: path })).out;
}

describe('convert', () => {
  it('turns a Rollout and its templates into what lint lets pass, with notes where they belong', async () => {
    const { code, out, err } = await convert({ 'rollout.yaml': example('rollout.yaml') });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(kinds(out)).toEqual(['ReleasePolicy', 'MetricTemplate']);
    expect(out).toContain('# From Rollout/web in rollout.yaml.\n');
    expect(out.replace(/\n# {3}/g, ' ')).toContain('# line 8, spec.workloadRef: The Deployment runs the Pods itself again: set its replicas to 3 before the Rollout goes.');
    expect(await lint(out)).toBe('2 objects of Serin checked, no error.\n');
  });

  it('prints what the page about it shows', async () => {
    const { out } = await serin(undefined, ['convert', '-f', 'examples/convert/rollout.yaml'], { cwd: fileURLToPath(new URL('../..', import.meta.url)) });
    expect(readFileSync(new URL('../../docs/convert.md', import.meta.url), 'utf8')).toContain(`\`\`\`text\n${out.trimEnd()}\n\`\`\``);
  });

  it('turns a Canary of Flagger into what lint lets pass, without aliases', async () => {
    const { code, out } = await convert({ 'canary.yaml': example('canary.yaml') });
    expect(code).toBe(0);
    expect(out).not.toMatch(/[&*]a1/);
    expect(await lint(out)).toContain('1 object of Serin checked, no error.');
  });

  it('reads the standard input, several documents and Lists', async () => {
    const { code, out } = await serin(undefined, ['convert', '-f', '-'], { stdin: `${example('rollout.yaml')}---\n${example('canary.yaml').replace('name: web', 'name: other')}` });
    expect(code).toBe(0);
    expect(kinds(out)).toEqual(['ReleasePolicy', 'MetricTemplate', 'ReleasePolicy']);
    expect(out).toContain('# From Canary/other in <stdin>.');
  });

  it('says all that is wrong at once, with its place, and gives no policy', async () => {
    const wrong = example('rollout.yaml').replace('setWeight: 50', 'setWeight: 150').replace('duration: 60s', 'duration: 1 minute').replace('result[0] >= 0.95', 'reslt[0] >= 0.95').replace('      stableService: web\n', '');
    const { code, out, err } = await convert({ 'rollout.yaml': wrong, 'canary.yaml': example('canary.yaml').replace('provider: istio', 'provider: linkerd') });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('canary.yaml:7:3: spec.provider: linkerd is not steered by Serin.');
    expect(err).toContain('rollout.yaml:13:5: spec.strategy.canary.stableService: is missing: traffic is split between two Services.');
    expect(err).toContain('rollout.yaml:20:19: spec.strategy.canary.steps[1].pause.duration: "1 minute" is no length of time.');
    expect(err).toContain('rollout.yaml:27:11: spec.strategy.canary.steps[3].setWeight: 150 is not from 0 to 100.');
    expect(err).toMatch(/rollout\.yaml:\d+:7: spec\.metrics\[0\]\.successCondition: .*the name reslt is not known; did you mean result\?/);
    expect(err).toMatch(/serin: \d problems in 2 files\.\n$/);
  });

  it('says where a file cannot be read', async () => {
    const { code, err } = await convert({ 'rollout.yaml': 'kind: Rollout\n  metadata: {name: web}\n' });
    expect(code).toBe(1);
    expect(err).toMatch(/^rollout\.yaml:1:7: /);
  });

  it('names what it leaves as it is, and says so where that is all', async () => {
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}}\n';
    expect(await convert({ 'a.yaml': example('canary.yaml'), 'b.yaml': service })).toMatchObject({ code: 0, err: 'Left as it is: Service/web.\n' });
    expect(await convert({ 'b.yaml': service })).toMatchObject({ code: 1, out: '', err: expect.stringContaining('There is nothing to convert') as string });
  });
});
