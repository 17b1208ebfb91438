import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { customResourceSchema } from '../../schema/custom-resource.js';
import type { StructuralSchema } from '../../schema/structural.js';
import { kubevelaDefinitions } from './custom-resources.js';

const schemaOf = (kind: string) =>
  customResourceSchema(kubevelaDefinitions().find(({ spec }) => spec.names.kind === kind)?.spec.versions[0]?.schema?.openAPIV3Schema as StructuralSchema);
const example = (file: string): Record<string, unknown> => parse(readFileSync(new URL(`../../../examples/kubevela-bookinfo/${file}`, import.meta.url), 'utf8')) as Record<string, unknown>;

describe('the definitions of the kinds of Applications', () => {
  it('are named and shown as people know them', () => {
    expect(kubevelaDefinitions().map(({ metadata, spec }) => [metadata.name, spec.names.shortNames, spec.versions[0]?.name, spec.versions[0]?.subresources, spec.versions[0]?.additionalPrinterColumns?.map(({ name }) => name)])).toEqual([
      ['applications.core.oam.dev', ['app'], 'v1beta1', { status: {} }, ['COMPONENT', 'TYPE', 'PHASE', 'HEALTHY', 'STATUS', 'AGE']],
      ['applicationrevisions.core.oam.dev', ['apprev'], 'v1beta1', { status: {} }, ['AGE', 'PUBLISH_VERSION', 'SUCCEEDED']],
      ['rollouts.standard.oam.dev', ['rollout'], 'v1alpha1', { status: {} }, ['TARGET', 'UPGRADED', 'READY', 'BATCH-STATE', 'ROLLING-STATE', 'AGE']],
    ]);
  });

  it.each(['first-deploy.yaml', 'rollout-v2.yaml', 'rollback.yaml'])('take %s as it is, and lose none of it', (file) => {
    const schema = schemaOf('Application');
    const app = example(file);
    expect(schema.problems).toEqual([]);
    expect(schema.prune(app)).toEqual([]);
    expect(schema.validate(app)).toEqual([]);
    expect(app).toEqual(example(file));
  });

  it('keep what properties and revisions hold, whatever it is', () => {
    const app = { spec: { components: [{ name: 'a', type: 'webservice', properties: { x: { y: [1] } }, traits: [{ type: 't', properties: { z: 1 } }] }], workflow: { steps: [{ name: 's', type: 'notification', properties: { slack: { url: { value: 'u' } } } }] } } };
    expect(schemaOf('Application').prune(structuredClone(app))).toEqual([]);
    expect(schemaOf('ApplicationRevision').prune({ spec: { application: app }, status: { succeeded: true, workflow: { steps: [] } } })).toEqual([]);
    expect(schemaOf('Rollout').prune({ spec: { targetRevisionName: 'a-v1', rolloutPlan: { targetSize: 2, rolloutBatches: [{ replicas: 1 }] } }, status: { LastSourceRevision: 'a-v1' } })).toEqual([]);
  });
});
