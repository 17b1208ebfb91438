import type { Scale } from '../../../kubernetes/generated/autoscaling-v1.js';
import type { LabelSelector } from '../../../kubernetes/generated/meta-v1.js';
import { invalidField } from '../../../kubernetes/field-errors.js';
import { cloneJson, isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { formatLabelSelector } from '../../../kubernetes/selectors.js';
import { badRequestStatus, conflictStatus, invalidStatus, methodNotAllowedStatus, notFoundStatus, serverErrorStatus, unknownPathStatus } from '../../../kubernetes/status.js';
import type { ScalePaths } from '../kinds/kind.js';
import { fail, jsonAnswer, type Answer } from '../request/answer.js';
import { mediaType, parseObjectBody } from '../request/body.js';
import type { Call, ServerContext } from '../server-context.js';
import type { StoredObject } from '../store.js';
import { readWriteOptions } from '../writes/write-options.js';
import { applyWithin, readApply } from './apply.js';
import { applyPatchTo, parsePatch } from './patch.js';
import { keyOf } from './read.js';
import { changeObject } from './update.js';

/** Answers a call for the scale subresource: the number of replicas of any kind that has one. */
export async function scale(server: ServerContext, call: Call): Promise<Answer> {
  const paths = call.served.kind.subresources.scale ?? fail(unknownPathStatus());
  if (call.method === 'GET') {
    const stored = server.store.get(call.served.collection, keyOf(call)) ?? fail(notFoundStatus(call.served.kind.resource, call.name ?? ''));
    return jsonAnswer(200, scaleOf(stored, paths));
  }
  if (call.method !== 'PUT' && call.method !== 'PATCH') return fail(methodNotAllowedStatus());
  if (mediaType(call.headers['content-type']) === 'application/apply-patch+yaml' && call.method === 'PATCH') return applyScale(server, call, paths);
  const options = readWriteOptions(call, call.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions');
  const content = call.method === 'PUT' ? parseObjectBody(call.body, call.headers['content-type'], 'Scale') : parsePatch(call);
  const stored = await server.store.write((transaction) => {
    const before = transaction.get(call.served.collection, keyOf(call)) ?? fail(notFoundStatus(call.served.kind.resource, call.name ?? ''));
    const asked = call.method === 'PUT' ? content : applyPatchTo(mediaType(call.headers['content-type']), scaleOf(before, paths), content, undefined);
    const object = withReplicas(call, before, paths, asked);
    return changeObject(server, call, transaction, before, object, options);
  });
  return jsonAnswer(200, scaleOf(stored, paths));
}

/** A server-side apply of a Scale is one of the number of replicas alone. */
async function applyScale(server: ServerContext, call: Call, paths: ScalePaths): Promise<Answer> {
  const { served, name = '' } = call;
  const { options, configuration } = readApply(call);
  const stored = await server.store.write((transaction) => {
    const before = transaction.get(served.collection, keyOf(call)) ?? fail(notFoundStatus(served.kind.resource, name));
    const checked = withReplicas(call, before, paths, { ...configuration, metadata: { name, ...(isRecord(configuration['metadata']) ? configuration['metadata'] : {}) } });
    const applied = { apiVersion: served.apiVersion, kind: served.kind.resource.kind, metadata: { name } };
    setAt(applied, paths.specReplicasPath, numberAt(checked, paths.specReplicasPath));
    return applyWithin(server, call, transaction, before, applied, options);
  });
  return jsonAnswer(200, scaleOf(stored, paths));
}

/** The replicas of an object as a Scale. */
export function scaleOf({ object }: StoredObject, paths: ScalePaths): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = numberAt(object, paths.specReplicasPath);
  const selector = selectorAt(object, paths.labelSelectorPath);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, paths.statusReplicasPath), ...(selector === '' ? {} : { selector }) },
  };
}

function withReplicas(call: Call, before: StoredObject, paths: ScalePaths, asked: unknown): KubernetesObject {
  const { name = '', served } = call;
  if (!isRecord(asked)) return fail(badRequestStatus('the body must be a Scale object'));
  const metadata = isRecord(asked['metadata']) ? asked['metadata'] : {};
  if (!metadata['name']) fail(badRequestStatus(`the name of the object (${name} based on URL) was undeterminable: name must be provided`));
  if (metadata['name'] !== name) {
    fail(badRequestStatus(`the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`));
  }
  const version = metadata['resourceVersion'];
  if (typeof version === 'string' && version !== '' && version !== before.object.metadata.resourceVersion) {
    if (!/^\d+$/.test(version)) fail(serverErrorStatus(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`));
    fail(conflictStatus(served.kind.resource, name));
  }
  const spec = isRecord(asked['spec']) ? asked['spec'] : {};
  const replicas = spec['replicas'] ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    return fail(badRequestStatus(`Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`));
  }
  if (replicas < 0) {
    const problem = invalidField('spec.replicas', replicas, 'must be greater than or equal to 0');
    fail(invalidStatus({ group: 'autoscaling', kind: 'Scale' }, name, [problem]));
  }
  const object = cloneJson(before.object);
  setAt(object, paths.specReplicasPath, replicas);
  return object;
}

const partsOf = (path: string): string[] => path.split('.').filter((part) => part !== '');

function at(object: unknown, path: string): unknown {
  return partsOf(path).reduce<unknown>((value, part) => (isRecord(value) ? value[part] : undefined), object);
}

function numberAt(object: unknown, path: string): number {
  const value = at(object, path);
  return typeof value === 'number' ? value : 0;
}

function selectorAt(object: unknown, path: string | undefined): string {
  const value = path === undefined ? undefined : at(object, path);
  if (typeof value === 'string') return value;
  return isRecord(value) ? formatLabelSelector(value satisfies LabelSelector) : '';
}

function setAt(object: unknown, path: string, value: unknown): void {
  const parts = partsOf(path);
  const last = parts.pop();
  let parent: unknown = object;
  for (const part of parts) {
    if (!isRecord(parent)) return;
    parent[part] ??= {};
    parent = parent[part];
  }
  if (last !== undefined && isRecord(parent)) parent[last] = value;
}
