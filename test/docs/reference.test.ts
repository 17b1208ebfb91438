import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../started/run.js';
import { project } from '../started/started-cluster.js';

test('generated pages are up to date', async () => {
  const { code, stderr } = await run(process.execPath, [join(project, 'scripts', 'generate-reference.mjs'), '--check'], { cwd: project });
  expect(stderr).toBe('');
  expect(code).toBe(0);
});
