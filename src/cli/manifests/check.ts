import { inReadingOrder, type ManifestProblem } from '../../manifests/problem.js';
import type { ArgoSource } from './argo.js';
import { fileObjects } from './file-objects.js';
import { knownKinds } from './known-kinds.js';
import { lintObjects } from './lint.js';
import { namedObjects, placed, type SourcedObject } from './objects.js';
import type { ReadManifests } from './read-manifests.js';

/** What files hold, and everything that is wrong with it without a cluster. */
export interface CheckedManifests {
  /** Each with its namespace. */
  readonly objects: readonly SourcedObject[];
  readonly problems: readonly ManifestProblem[];
}

/** Checks objects against the files alone. @param namespace of objects that name none @param now milliseconds since the epoch */
export function checkManifests(read: ReadManifests, namespace: string, now: number): CheckedManifests {
  const named = namedObjects(read.manifests);
  const objects = named.objects.map((each) => ({ ...each, object: { ...each.object, metadata: { namespace, ...each.object.metadata } } }));
  const kinds = knownKinds();
  const others = objects.map((each) => ({ ...each, problems: kinds.check(each.manifest.object) }));
  // An object that is wrong in itself is still there, so its own problems are all that is said of it.
  const broken = others.filter(({ problems }) => problems.length > 0);
  const source = (of: string): ReturnType<typeof fileObjects> => fileObjects(others.filter((each) => !broken.includes(each)).map(({ object }) => object), of, broken.length === 0);
  // A kind of which the files hold nothing in a namespace may well be there.
  const argo: ArgoSource = (resource, of) => {
    const found = source(of);
    return found.holdsAll(resource) ? found.list(resource) : undefined;
  };
  const problems = inReadingOrder([...read.problems, ...named.problems, ...broken.flatMap(({ manifest, problems: own }) => placed(manifest, own)), ...lintObjects(objects, source, now, { revisions: () => undefined, argo })]);
  return { objects, problems };
}
