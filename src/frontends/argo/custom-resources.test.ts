import { expect, it } from 'vitest';
import { structuralProblems } from '../../schema/structural-check.js';
import { argoDefinitions } from './custom-resources.js';

it.each(argoDefinitions().map((definition) => [definition.spec.names.kind, definition] as const))('%s can be installed', (_kind, { metadata, spec }) => {
  expect(metadata.name).toBe(`${spec.names.plural}.argoproj.io`);
  expect(spec.versions.map(({ schema }) => structuralProblems(schema?.openAPIV3Schema, ''))).toEqual([[]]);
});

it('serves what tools of Argo ask for: short names, columns, status and scale', () => {
  expect(argoDefinitions().map(({ spec }) => [...(spec.names.shortNames ?? []), spec.scope])).toEqual([['ro', 'Namespaced'], ['at', 'Namespaced'], ['cat', 'Cluster'], ['ar', 'Namespaced'], ['exp', 'Namespaced']]);
  expect(argoDefinitions()[0]?.spec.versions[0]?.subresources).toEqual({ status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.HPAReplicas', labelSelectorPath: '.status.selector' } });
});

it('does not grow beyond what client-side apply can keep in an annotation', () => {
  for (const definition of argoDefinitions()) expect(JSON.stringify(definition).length).toBeLessThan(100_000);
});
