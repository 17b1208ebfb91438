import { ApiError } from '../../../../src/cluster/api-error.js';
import { API_VERSION, serinResources } from '../../../../src/model/resources.js';
import type { Release } from '../../../../src/model/release.js';
import { patchRelease } from '../../../driver/program.js';
import type { LabStage } from '../../lab/lab-stage.js';
import type { People } from './people.js';
import { persistently } from './persistence.js';
import { APPROVER } from './stories.js';

const STRANGER = 'mallory';
/** Time enough for a controller that believes a stranger to go on, in seconds. */
const PATIENCE = 1.5;

/**
 * At an approval: somebody who may not approve tries to get it through, in the own name, in another's, and by going on;
 * then the one who may approves. @returns what must not have worked
 */
export async function approve(stage: LabStage, people: People, release: Release, step: number): Promise<string[]> {
  const say = (caller: string, name: string, user: string): Promise<unknown> =>
    people.named(caller).create(serinResources.approvals, {
      apiVersion: API_VERSION, kind: 'Approval', metadata: { name, namespace: stage.namespace },
      spec: { release: release.metadata.name, releaseUid: release.metadata.uid ?? '', step: step + 1, approved: true, user },
    });
  const surely = (caller: string, name: string, user: string): Promise<void> => persistently(() => unless(isThere, say(caller, name, user)));
  await surely(STRANGER, 'in-the-own-name', STRANGER);
  const forged = await persistently(() => say(STRANGER, 'forged', APPROVER).then(() => true, (error: unknown) => unless(isRefused, Promise.reject(error as Error)).then(() => false)));
  await persistently(() => patchRelease(stage, release.metadata.name, { advanceTo: step + 5 }));
  await stage.pass(PATIENCE);
  await surely(APPROVER, 'approved', APPROVER);
  return forged ? ['rule 9: an approval in another one’s name was taken'] : [];
}

const isThere = (error: unknown): boolean => error instanceof ApiError && error.reason === 'AlreadyExists';
const isRefused = (error: unknown): boolean => error instanceof ApiError && [403, 422].includes(error.code);

async function unless(expected: (error: unknown) => boolean, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!expected(error)) throw error;
  });
}
