import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// @ts-expect-error a script without types
import { localGatewayPage } from '../../../../scripts/generate-local-gateway-doc.mjs';
import { apis, goldenCases } from './testing/golden-case.js';
import { gatewayDifferences } from './testing/known-gateway-differences.js';

test('docs/local-gateway.md says what the cases and the list of known differences say', () => {
  const page = readFileSync(new URL('../../../../docs/local-gateway.md', import.meta.url), 'utf8');
  const cases = Object.fromEntries(apis.map((api) => [api, goldenCases(api)]));
  expect(page, 'run node scripts/generate-local-gateway-doc.mjs').toBe(localGatewayPage(cases, gatewayDifferences()));
});
