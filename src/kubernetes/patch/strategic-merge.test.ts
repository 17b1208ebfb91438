import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../schema/openapi-document.js';
import definitions from '../generated/openapi-schemas.json' with { type: 'json' };
import { cloneJson, isRecord } from '../json.js';
import type { PodSpec } from '../generated/core-v1.js';
import { fillPodSpecDefaults } from '../pod-defaults.js';
import { PatchError } from './patch-error.js';
import { applyStrategicMergePatch } from './strategic-merge.js';
import recorded from './testing/strategic-merge-cases.json' with { type: 'json' };

const document = openApiDocument(definitions);
const deployment = document.schema('io.k8s.api.apps.v1.Deployment') ?? {};

/** What the server does to a Deployment after the patch. */
function defaulted(object: unknown): unknown {
  const copy = cloneJson(object);
  const spec = isRecord(copy) ? copy['spec'] : undefined;
  if (!isRecord(spec)) return copy;
  spec['revisionHistoryLimit'] ??= 10;
  const template = spec['template'];
  if (isRecord(template) && isRecord(template['spec'])) fillPodSpecDefaults(template['spec'] as unknown as PodSpec);
  if (isRecord(copy) && isRecord(copy['metadata'])) {
    for (const [key, value] of Object.entries(copy['metadata'])) if (Array.isArray(value) && value.length === 0) delete copy['metadata'][key];
  }
  return copy;
}

describe('a Deployment patched step by step, as a real server did', () => {
  let object: unknown = recorded.start;
  for (const step of recorded.cases) {
    const { title, patch, status, after, message } = { after: undefined, message: undefined, ...step };
    test(title, () => {
      if (status !== 200) {
        expect(() => applyStrategicMergePatch(object, patch, deployment)).toThrow(new PatchError(500, message ?? ''));
        return;
      }
      const before = JSON.stringify(object);
      const result = defaulted(applyStrategicMergePatch(object, patch, deployment));
      expect(JSON.stringify(object)).toBe(before);
      expect(result).toEqual(after);
      object = result;
    });
  }
});

test('directives inside of what is new are not stored', () => {
  const patch = { spec: { template: { spec: { 'containers': [{ name: 'a', env: [{ name: 'x', $patch: 'delete' }, { name: 'y', value: null }] }] } } } };
  expect(applyStrategicMergePatch({}, patch, deployment)).toEqual({ spec: { template: { spec: { containers: [{ name: 'a', env: [{ name: 'y' }] }] } } } });
});

test('a patch that keeps keys it does not name is malformed', () => {
  const patch = { spec: { strategy: { $retainKeys: ['type'], rollingUpdate: { maxSurge: 1 } } } };
  expect(() => applyStrategicMergePatch({ spec: { strategy: { type: 'RollingUpdate' } } }, patch, deployment)).toThrow(new PatchError(400, 'invalid patch format of retainKeys'));
});
