import { expect, it } from 'vitest';
import { serin } from './driven-shell.js';
import { folder } from './files.js';

it('commands about users are refused one by one where there is no local cluster', async () => {
  const home = folder({});
  const run = (args: readonly string[]) => serin(undefined, args, { env: { SERIN_HOME: home.path } });
  const { out } = await run(['local', 'user', '--help']);
  const examples = out.split('\n').flatMap((line) => (line.startsWith('  $ serin ') ? [line.slice('  $ serin '.length)] : []));
  expect(examples.length).toBeGreaterThan(2);
  for (const example of examples) {
    const { code, err } = await run(example.split(' '));
    expect(code).toBe(1);
    expect(err).toMatch(/^serin: there is no local cluster in .*: start it first \(serin local up\)\n$/);
  }
  home.remove();
});

it('a bad name is a problem of its own', async () => {
  const { code, err } = await serin(undefined, ['local', 'user', 'add', 'a/b'], { env: { SERIN_HOME: '/nonexistent' } });
  expect(code).toBe(1);
  expect(err).toContain('a user cannot be called "a/b"');
});
