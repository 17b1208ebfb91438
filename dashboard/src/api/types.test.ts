/// <reference types="node" />
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

test.skipIf(!existsSync(at('../../../docs/reference/openapi.json')))('types.ts says what the OpenAPI document says', () => {
  const { status, stderr } = spawnSync(process.execPath, [at('../../generate-types.mjs'), '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
