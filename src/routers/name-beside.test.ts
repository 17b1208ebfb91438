import { expect, it } from 'vitest';
import { nameBeside } from './name-beside.js';

it('names what stands beside, also where that would be too long', () => {
  expect(nameBeside('web', '-serin-preview')).toBe('web-serin-preview');
  const names = ['a', 'b'].map((last) => nameBeside(`${'x'.repeat(229)}.${'y'.repeat(22)}${last}`, '-serin-preview'));
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
});
