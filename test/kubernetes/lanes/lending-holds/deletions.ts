import { expect } from 'vitest';
import type { DeleteOptions } from '../../../../src/cluster/client.js';
import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { serinResources } from '../../../../src/model/resources.js';
import { endingOf, type Ending } from '../../../driver/mid-release/ending.js';
import type { LabStage } from '../../lab/lab-stage.js';
import { uidsOf } from './looks.js';

type Propagation = NonNullable<DeleteOptions['propagationPolicy']>;

/** What is deleted, by what people call it. */
const kinds = {
  Release: { resource: serinResources.releases as Resource<KubernetesObject>, name: 'web-1' },
  policy: { resource: serinResources.releasePolicies as Resource<KubernetesObject>, name: 'web' },
  Deployment: { resource: resources.deployments as Resource<KubernetesObject>, name: 'web' },
} as const;
type Kind = keyof typeof kinds;

/** Two deletions in the middle of a release, one after the other. */
export interface Deletions {
  readonly first: Kind;
  readonly second: Kind;
  readonly propagation: Propagation;
}

const all = Object.keys(kinds) as Kind[];

/** Each two, in each order, in each way. */
export const deletions: readonly Deletions[] = all.flatMap((first) =>
  all.filter((second) => second !== first).flatMap((second) => (['Background', 'Foreground', 'Orphan'] as const).map((propagation) => ({ first, second, propagation }))),
);

/**
 * Deletes both while the release pauses. The Pods that serve stay the same until the Deployment goes, and with `Orphan` after
 * that.
 */
export async function deleteBoth(stage: LabStage, { first, second, propagation }: Deletions): Promise<void> {
  const serving = uidsOf(stage, 'web:v1');
  expect(serving).toHaveLength(4);
  let survives = true;
  for (const kind of [first, second]) {
    const { resource, name } = kinds[kind];
    await stage.client.delete(resource, { namespace: stage.namespace, name }, { propagationPolicy: propagation });
    await stage.until(`the ${kind} is gone`, () => stage.object(resource, { namespace: stage.namespace, name }) === undefined);
    survives &&= kind !== 'Deployment' || propagation === 'Orphan';
    if (survives) expect(uidsOf(stage, 'web:v1'), `after the deletion of the ${kind}`).toEqual(serving);
  }
  const found = (): Ending => {
    const ending = endingOf(stage);
    return { ...ending, versions: ending.versions.filter((version) => propagation !== 'Orphan' || !isOrphan(version, first)) };
  };
  const expected = endOf({ first, second, propagation });
  await stage.until('all is as it is to be', () => JSON.stringify(found()) === JSON.stringify(expected), 120, found).catch(() => undefined);
  expect(found()).toEqual(expected);
  if (survives) expect(uidsOf(stage, 'web:v1')).toEqual(serving);
}

/** Whoever orphans is left with empty ReplicaSets, and with the Pods on trial when neither Deployment nor Release is there to end them. */
const isOrphan = (version: string, first: Kind): boolean => version.startsWith(first === 'Deployment' ? 'web:v2: ' : 'web:v2: 0 ');

function endOf({ first, second, propagation }: Deletions): Ending {
  const gone = new Set<Kind>([first, second]);
  const idle = propagation === 'Orphan' ? [] : ['web:v2: 0 Deployment'];
  const serving = propagation === 'Orphan' ? ['web:v1: 4 nobody'] : [];
  return {
    policy: gone.has('policy') ? 'gone' : 'Refused',
    deployment: gone.has('Deployment') ? 'gone' : 'web:v2 x4 paused unlabelled',
    versions: gone.has('Deployment') ? serving : ['web:v1: 4 Deployment', ...idle],
    releases: gone.has('Release') ? {} : { 'web-1': `Aborted ${first === 'policy' ? 'PolicyDeleted' : 'WorkloadGone'}` },
    routes: 'as found',
  };
}
