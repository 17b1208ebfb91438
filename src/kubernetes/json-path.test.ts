import { expect, test } from 'vitest';
import { formatJsonPath, JsonPathError, parseJsonPath } from './json-path.js';

const object = {
  metadata: { name: 'p', labels: { 'a.b/c': 'd' }, annotations: { 'a.b': '1' } },
  status: { replicas: 0, conditions: [{ type: 'Ready', status: 'True' }, { type: 'Other', status: 'False', n: 3 }] },
  items: [{ metadata: { name: 'x' } }, { metadata: { name: 'y' } }, { metadata: { name: 'z' } }],
};

test.each([
  ['.metadata.name', ['p']],
  ['{.metadata.name}', ['p']],
  ['$.metadata.name', ['p']],
  ['.status.replicas', [0]],
  ['.status.none', []],
  ['.metadata.none.deeper', []],
  ['.items[*].metadata.name', ['x', 'y', 'z']],
  ['.items[0].metadata.name', ['x']],
  ['.items[-1].metadata.name', ['z']],
  ['.items[0:2].metadata.name', ['x', 'y']],
  ['.items[0,2].metadata.name', ['x', 'z']],
  ["['metadata']['name']", ['p']],
  [".metadata.labels['a.b/c']", ['d']],
  ['.metadata.annotations.a\\.b', ['1']],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  ["{.status.conditions[?(@.type != 'Ready')].status}", ['False']],
  ['.status.conditions[?(@.n > 2)].type', ['Other']],
  ['.status.conditions[?(@.n)].type', ['Other']],
  ['..name', ['p', 'x', 'y', 'z']],
  ['.constructor', []],
])('%s', (path, expected) => {
  expect(parseJsonPath(path).find(object)).toEqual(expected);
});

test.each(['.a[', '.a b', '.a[?(x)]'])('%s cannot be read', (path) => {
  expect(() => parseJsonPath(path)).toThrow(JsonPathError);
});

test('templates', () => {
  expect(formatJsonPath('{.items[*].metadata.name}', object)).toBe('x y z');
  expect(formatJsonPath('{range .items[*]}{.metadata.name}{"\\t"}-{"\\n"}{end}!', object)).toBe('x\t-\ny\t-\nz\t-\n!');
  expect(formatJsonPath('name: {.metadata.name}, {.metadata.labels}', object)).toBe('name: p, {"a.b/c":"d"}');
  expect(() => formatJsonPath('{.a', object)).toThrow('unclosed action');
});
