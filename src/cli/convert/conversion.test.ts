import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { parseManifests } from '../../manifests/parse.js';
import { knownKinds } from '../manifests/known-kinds.js';
import { convertManifests } from './conversion.js';

const kinds = knownKinds();
const read = (name: string): unknown[] => parseAllDocuments(readFileSync(new URL(`../../../examples/convert/${name}`, import.meta.url), 'utf8')).map((document) => document.toJS() as unknown);
const beside: unknown[] = [
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { app: 'web' } } },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web-canary', namespace: 'shop' }, spec: { selector: { app: 'web' } } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace: 'shop' }, spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web' } } }] } }] } },
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:v1' }] } } } },
  { apiVersion: 'flagger.app/v1beta1', kind: 'MetricTemplate', metadata: { name: 'own', namespace: 'shop' }, spec: { provider: { type: 'prometheus', address: 'http://p' }, query: 'up' } },
];
const examples = [...read('rollout.yaml'), ...read('canary.yaml'), ...beside];
const convert = (objects: readonly unknown[]): ReturnType<typeof convertManifests> => {
  const text = objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');
  return convertManifests({ ...parseManifests(text, 'a.yaml'), files: ['a.yaml'] }, kinds);
};

/** All ways to a value in another. */
function paths(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, each]) => paths(each, [...at, Array.isArray(value) ? Number(key) : key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((each: unknown, index) => (index === key ? replaced(each, rest, by) : each));
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, each]) => [name, name === key ? replaced(each, rest, by) : each as unknown]));
}

it('converts the examples with all that stands beside them', () => {
  const { converted, problems, left } = convert(examples);
  expect(problems).toEqual([]);
  expect(converted.map(({ policies, metricTemplates }) => [policies.length, metricTemplates.length])).toEqual([[1, 1], [1, 0]]);
  expect(left).toEqual(['Service/web', 'Service/web-canary', 'Ingress/web', 'Deployment/web']);
});

it('answers in problems and never fails, whatever stands in a file', () => {
  const ways = paths(examples).filter(([document, field]) => document !== undefined && field !== undefined && field !== 'apiVersion' && field !== 'kind');
  const value = fc.oneof(fc.constantFrom(null, '', 'x', 0, -1, 1.5, true, [], {}, [null], [{}], { a: 1 }, ['a'], '{{args.x}}', 'a\nb', '1h', 'result'), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom(...ways), value), { minLength: 1, maxLength: 3 }), (changes) => {
    const { converted, problems } = convert(changes.reduce<unknown[]>((objects, [way, by]) => {
      const changed = replaced(objects, way, by);
      return Array.isArray(changed) ? changed as unknown[] : objects;
    }, examples));
    expect(converted.length + problems.length).toBeGreaterThan(0);
  }), { numRuns: 200 });
});
