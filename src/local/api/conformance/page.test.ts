import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// @ts-expect-error a script without types
import { localApiPage } from '../../../../scripts/generate-local-api-doc.mjs';
import { knownDifferences } from './testing/known-differences.js';
import { recordedCases } from './testing/recorded-case.js';

test('docs/local-api.md says what the list of known differences says', () => {
  const page = readFileSync(new URL('../../../../docs/local-api.md', import.meta.url), 'utf8');
  expect(page, 'run node scripts/generate-local-api-doc.mjs').toBe(localApiPage(knownDifferences(), recordedCases().length));
});
