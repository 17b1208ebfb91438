import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Driver } from '../driver/driver.js';
import { settle } from '../driver/program.js';
import { serin } from './driven-shell.js';

describe('completion', () => {
  let driver: Driver;
  beforeAll(async () => {
    driver = new Driver();
    await driver.start();
    await settle(driver);
  });
  afterAll(() => driver.stop());

  /** What is offered at the end of a line, and the number that says whether files are. */
  async function offered(...words: string[]): Promise<{ words: string[]; directive: string }> {
    const { code, out, err } = await serin(driver, ['__complete', ...words]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    return { words: lines.slice(0, -1).map((line) => line.split('\t')[0] ?? ''), directive: lines.at(-1) ?? '' };
  }

  it.each<[string[], string[]]>([
    [['sta'], ['status']],
    [['app'], ['app', 'approve', 'approvals', 'apply']],
    [['local', 'u'], ['up', 'user']],
    [['status', '--w'], ['--watch']],
    [['status', ''], ['web']],
    [['status', 'we'], ['web']],
    [['status', 'web', ''], []],
    [['explain', '--namespace', 'd'], ['default']],
    [['explain', '-n', 'default', 'w'], ['web']],
    [['explain', '-n', 'elsewhere', 'w'], []],
    [['get', ''], ['policies', 'releases']],
    [['get', 'policy', ''], ['web']],
    [['get', '-o', 'j'], ['json']],
    [['get', '--output=j'], ['--output=json']],
    [['wait', '--for', ''], ['completed', 'aborted', 'ended']],
    [['completion', 'b'], ['bash']],
    [['help', 'ex'], ['exit-codes', 'explain']],
    [['nonsense', ''], []],
  ])('%j', async (words, expected) => {
    const { words: found, directive } = await offered(...words);
    expect(found.sort()).toEqual(expected.sort());
    expect(directive).toBe(':4');
  });

  it('leaves files to the shell', async () => {
    expect(await offered('apply', '-f', 'ma')).toEqual({ words: [], directive: ':0' });
    expect(await offered('lint', '-f', 'a.yaml', 'b')).toEqual({ words: [], directive: ':0' });
  });

  it('says nothing where the cluster cannot be asked', async () => {
    const { code, out, err } = await serin(undefined, ['__complete', 'status', '']);
    expect({ code, out, err }).toEqual({ code: 0, out: ':4\n', err: '' });
  });

  it('prints a script for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) expect((await serin(undefined, ['completion', shell])).out).toContain('serin');
    expect((await serin(undefined, ['completion', 'tcsh'])).code).toBe(2);
  });
});
