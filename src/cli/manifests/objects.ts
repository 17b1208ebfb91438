import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { titleOf, type Manifest } from '../../manifests/manifest.js';
import { problemsAt } from '../../manifests/location.js';
import type { ManifestProblem } from '../../manifests/problem.js';
import { formatPath, type PolicyProblem } from '../../model/policy-problem.js';

/** An object that can be sent, and the text that it came from. */
export interface SourcedObject {
  readonly manifest: Manifest;
  readonly object: KubernetesObject;
}

/** The objects of manifests that have a name; what keeps the others from having one. Changes no manifest. */
export function namedObjects(manifests: readonly Manifest[]): { readonly objects: SourcedObject[]; readonly problems: ManifestProblem[] } {
  const objects: SourcedObject[] = [];
  const problems: ManifestProblem[] = [];
  for (const manifest of manifests) {
    const found = objectOf(manifest);
    if (found) objects.push({ manifest, object: found });
    else problems.push(...problemsAt(manifest, [{ path: 'metadata', message: `${titleOf(manifest)} has no metadata.name`, remedy: 'Give it a name as text.' }]));
  }
  return { objects, problems };
}

function objectOf({ object }: Manifest): KubernetesObject | undefined {
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isRecord(metadata)) return undefined;
  const { name, namespace } = metadata;
  if (typeof name !== 'string' || name === '' || (namespace !== undefined && typeof namespace !== 'string')) return undefined;
  return { ...object, apiVersion, kind, metadata: { ...metadata, name } };
}

/** Gives problems of an object their places in the text. */
export function placed(manifest: Manifest, problems: readonly PolicyProblem[]): ManifestProblem[] {
  return problemsAt(manifest, problems.map(({ path, problem, remedy, severity }) => ({
    path: formatPath(path),
    message: `${formatPath(path)}: ${problem}`,
    remedy,
    ...(severity === undefined ? {} : { severity }),
  })));
}
