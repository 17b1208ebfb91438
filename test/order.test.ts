import { expect, it } from 'vitest';
import { inOrder } from './order.js';

const sorted = (...paths: string[]): string[] => inOrder(paths.map((path) => ({ path })), { 'src/a.test.ts': 30, 'src/b.test.ts': 20, 'test/scenarios/c.test.ts': 60, 'test/scenarios/d.test.ts': 40 }).map(({ path }) => path);

it('starts with the longest of those that wait and of those that work, and lets both end together', () => {
  expect(sorted('src/short.test.ts', 'test/scenarios/d.test.ts', 'src/b.test.ts', 'src/a.test.ts', 'test/scenarios/c.test.ts')).toEqual([
    'test/scenarios/c.test.ts', 'src/a.test.ts', 'src/b.test.ts', 'test/scenarios/d.test.ts', 'src/short.test.ts',
  ]);
});

it('leaves files of the same length as they came, and none out', () => {
  expect(sorted('src/y.test.ts', 'src/x.test.ts', 'src/a.test.ts')).toEqual(['src/a.test.ts', 'src/y.test.ts', 'src/x.test.ts']);
  expect(sorted()).toEqual([]);
});
