import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { locate, problemsAt } from './location.js';
import { titleOf } from './manifest.js';
import { parseManifests } from './parse.js';
import { describeProblem } from './problem.js';

const described = (text: string): string[] => parseManifests(text, 'app.yaml').problems.map(describeProblem);
const heads = (text: string): (string | undefined)[] => described(text).map((each) => each.split('\n')[0]);
const config = (lines: string): string => `apiVersion: v1\nkind: ConfigMap\n${lines}`;

describe('parseManifests', () => {
  it('reads documents, Lists, JSON, anchors, and skips what is empty', () => {
    const text = `# only a comment
---
apiVersion: v1
kind: ConfigMap
metadata: {name: one}
data: &data {a: b}
---
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Service, metadata: {name: two}}
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: three}
    data:
      <<: {c: d}
      e: f
...
`;
    const { manifests, problems } = parseManifests(text, 'app.yaml');
    expect(problems).toEqual([]);
    expect(manifests.map(titleOf)).toEqual(['ConfigMap/one', 'Service/two', 'ConfigMap/three']);
    expect(manifests[2]?.object.data).toEqual({ c: 'd', e: 'f' });
    expect(parseManifests('{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"data": {"a": "b"}\n}\n', 'x.json').manifests[0]?.object.data).toEqual({ a: 'b' });
    expect(parseManifests('', 'x').manifests).toEqual([]);
    expect(parseManifests('\uFEFFapiVersion: v1\r\nkind: ConfigMap\r\n', 'x').manifests).toHaveLength(1);
  });

  it('shows a syntax error with its line and a mark under the place', () => {
    expect(described('apiVersion: v1\nkind: ConfigMap\n\tdata: {}\n')).toEqual([
      ['app.yaml:3:1: tabs are not allowed as indentation', '  indent with spaces', '  3 | \tdata: {}', '      ^'].join('\n'),
    ]);
  });

  it('finds all errors at once, and still reads the documents that are right', () => {
    const text = `a: "x\n---\napiVersion: v1\nkind: Pod\n---\nb: [1,\nc: 2\n---\n- 1\n---\nkind: Pod\n---\nd: {{ .Values.d }}\n`;
    const { manifests } = parseManifests(text, 'app.yaml');
    expect(manifests.map(({ object }) => object.kind)).toEqual(['Pod']);
    expect(heads(text)).toEqual([
      'app.yaml:1:4: a double quote is never closed',
      'app.yaml:7:1: a [ or { is not closed, or the line after it is not indented',
      'app.yaml:9:1: a list is not a Kubernetes object',
      'app.yaml:11:1: the object has no apiVersion',
      'app.yaml:13:5: a key must be plain text',
    ]);
    expect(described(text).at(-1)).toContain('render it first');
  });

  it.each([
    ['spec:\n  a: b: c\n', 'app.yaml:4:6: a second "key:" on the same line, or a line indented too far'],
    ['spec:\n  a: 1\n   b: 2\n', 'app.yaml:4:6: a second "key:" on the same line, or a line indented too far'],
    ['traits:\n  - type: traffic\n    properties:\n      port:\n        - 9080\n\n      - type: rollout\n        properties: {}\n', 'app.yaml:9:7: a list item where a key is expected'],
    ['spec: @x\n', 'app.yaml:3:7: plain value cannot start with reserved character @'],
    ['spec: *nope\n', 'app.yaml:3:7: *nope names no anchor'],
    ['spec: {a: 1, a: 2}\n', 'app.yaml:3:14: key "a" is already given at line 3, column 8'],
    ['kind: Pod\n', 'app.yaml:3:1: key "kind" is already given at line 2, column 1'],
  ])('says what is wrong with %j', (lines, expected) => {
    expect(heads(config(lines))).toContain(expected);
    expect(parseManifests(config(lines), 'x').manifests).toEqual([]);
  });

  it('warns of values that kubectl reads differently, and reads octal as it does', () => {
    const text = config('data: {a: y, b: "on", c: on, d: No, e: 0644, f: 1_000, g: yesterday, h: 0, i: 08}\n');
    expect(heads(text)).toEqual([
      'app.yaml:3:11: warning: y is read as text here, but as true by tools with YAML 1.1, such as kubectl',
      'app.yaml:3:26: warning: on is read as text here, but as true by tools with YAML 1.1, such as kubectl',
      'app.yaml:3:33: warning: No is read as text here, but as false by tools with YAML 1.1, such as kubectl',
      'app.yaml:3:40: warning: 0644 is octal, as kubectl reads it: 420',
      'app.yaml:3:49: warning: 1_000 is read as text here, but as 1000 by tools with YAML 1.1, such as kubectl',
    ]);
    expect(parseManifests(text, 'x').manifests[0]?.object.data).toMatchObject({ a: 'y', b: 'on', c: 'on', d: 'No', e: 420, f: '1_000' });
  });

  it('does not let aliases grow without bounds', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`)].join('\n');
    expect(heads(config(bomb))).toEqual([expect.stringContaining('Excessive alias count')]);
  });
});

describe('places', () => {
  const { manifests } = parseManifests(
    `apiVersion: v1
kind: List
items:
  - apiVersion: serin.dev/v1alpha1
    kind: ReleasePolicy
    metadata:
      labels: {app.kubernetes.io/name: x, a.b/c: d}
    spec:
      strategy:
        canary:
          steps:
            - weight: 10
            - {weight: 5, "a~b": 1}
      same: &same {deep: 1}
      alias: *same
`,
    'p.yaml',
  );
  const [manifest] = manifests;
  if (!manifest) throw new Error('no manifest');

  it.each([
    ['', 4, 5],
    ['/spec/strategy', 9, 7],
    ['/spec/strategy/canary/steps/1', 13, 15],
    ['/spec/strategy/canary/steps/1/weight', 13, 16],
    ['/spec/strategy/canary/steps/1/a~0b', 13, 27],
    ['/metadata/labels/a.b~1c', 7, 43],
    ['spec.strategy.canary.steps[0].weight', 12, 15],
    ['metadata.labels[a.b/c]', 7, 43],
    ['metadata.labels.app.kubernetes.io/name', 7, 16],
    ['spec.alias.deep', 14, 20],
  ])('%s', (path, line, column) => {
    expect(locate(manifest, path)).toEqual({ line, column });
  });

  it('attaches the nearest place above where a key is missing', () => {
    expect(locate(manifest, 'spec.service')).toBeUndefined();
    const problems = problemsAt(manifest, [
      { path: 'spec.service', message: 'spec.service: Required value', remedy: 'name the Service' },
      { path: '/spec/strategy/canary/steps/1/weight', message: 'weights must not fall', remedy: 'raise it', severity: 'warning' },
      { path: 'spec.strategy.canary.steps[7].pause', message: 'x', remedy: '' },
    ]);
    expect(problems.map(describeProblem)).toEqual([
      'p.yaml:8:5: spec.service: Required value\n  name the Service\n  8 |     spec:\n          ^',
      'p.yaml:13:16: warning: weights must not fall\n  raise it\n  13 |             - {weight: 5, "a~b": 1}\n                      ^'.replace('                      ^', `${' '.repeat(2 + 5 + 15)}^`),
      'p.yaml:11:11: x\n  11 |           steps:\n                 ^',
    ]);
  });

  it('finds every field of any object, in YAML and in JSON', () => {
    const json = fc.object({ maxDepth: 4, values: [fc.integer(), fc.boolean(), fc.constant('text'), fc.constant(null)], key: fc.string({ minLength: 1, maxLength: 5 }).filter((key) => key !== '__proto__' && key !== '<<') });
    fc.assert(
      fc.property(json, fc.boolean(), (spec, asJson) => {
        const object = { apiVersion: 'v1', kind: 'Any', spec };
        const text = asJson ? JSON.stringify(object, null, 2) : stringify(object);
        const { manifests: [parsed], problems } = parseManifests(text, 'x');
        expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        if (!parsed) throw new Error('not read');
        expect(parsed.object).toEqual(object);
        const walk = (value: unknown, pointer: string): void => {
          expect(locate(parsed, pointer)).toBeDefined();
          if (typeof value !== 'object' || value === null) return;
          for (const [key, item] of Object.entries(value)) walk(item, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
        };
        walk(spec, '/spec');
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'a:-[]{}"\'&*!|>%@#,?~ \n\t01ony'.split('')), maxLength: 40 }), (text) => {
      for (const problem of parseManifests(text, 'x').problems) {
        expect(problem.line).toBeGreaterThan(0);
        expect(describeProblem(problem)).toContain(`x:${problem.line}:${problem.column}: `);
      }
    }), { numRuns: 1000 });
  });
});
