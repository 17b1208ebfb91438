import { expect, it } from 'vitest';
import { frontends } from './frontends-option.js';

it('reads names with commas between them, from several times', () => {
  expect(frontends('kubevela')).toEqual(['kubevela']);
  expect(frontends(' kubevela,', frontends('kubevela'))).toEqual(['kubevela']);
  expect(frontends('kubevela,argo')).toEqual(['kubevela', 'argo']);
  expect(frontends('argo', frontends('kubevela'))).toEqual(['kubevela', 'argo']);
});

it('names what there is instead of what there is not', () => {
  expect(() => frontends('kubevela,helm')).toThrow('There is no front end helm; there is kubevela, argo.');
});
