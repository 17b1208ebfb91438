import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blotted } from './blotted.js';

it('leaves nothing of a secret, in whatever form it comes back', () => {
  const secret = 'tok en+/"7Fq';
  const forms = [secret, encodeURIComponent(secret), new URLSearchParams({ secret }).toString(), JSON.stringify({ secret }), Buffer.from(secret).toString('base64')];
  for (const form of forms) expect(blotted(`before ${form} after`, [secret])).toMatch(/^before .*\*\*\*.* after$/);
  expect(forms.map((form) => blotted(form, [secret])).join()).not.toContain('7Fq');
});

it('blots before it cuts, so that no beginning of a secret is left', () => {
  fc.assert(
    fc.property(fc.nat(320), fc.stringMatching(/^[A-Za-z0-9]{8,40}$/), (before, secret) => {
      const text = blotted(`${'.'.repeat(before)}${secret}${'.'.repeat(200)}`, [secret]);
      expect(text.length).toBeLessThanOrEqual(301);
      expect(text).not.toContain(secret.slice(0, 8));
    }),
  );
});

it('takes the longer of two secrets first, and an empty one for nothing', () => {
  expect(blotted('abcdef', ['abc', 'abcdef', ''])).toBe('***');
  expect(blotted(' two\n lines ', [])).toBe('two lines');
});
