import type { Role } from '../../model/version.js';
import type { Said } from './metrics.js';

/** What a test can do to the world from outside. */
export type Happening =
  | { kind: 'tick'; milliseconds: number }
  | { kind: 'work' }
  | { kind: 'round'; works: number; milliseconds: number }
  | { kind: 'controller' }
  | { kind: 'crash'; after: number }
  | { kind: 'scale'; replicas: number }
  | { kind: 'losePod'; role: Role }
  | { kind: 'template'; to: Role | 'other' }
  | { kind: 'unpause' }
  | { kind: 'abort' }
  | { kind: 'pause'; paused: boolean }
  | { kind: 'advanceTo'; step: number }
  /** Somebody speaks to the present step, or to one beside it. */
  | { kind: 'approve'; user: string; groups: string[]; approved: boolean; beside: number }
  /** Somebody speaks to the beginning, perhaps to the freeze window. */
  | { kind: 'sayFirst'; user: string; groups: string[]; approved: boolean; window: boolean; seen: boolean | undefined }
  /** The image of the canary is pushed again: Pods that start from now on run another digest. */
  | { kind: 'push' }
  | { kind: 'deleteRelease' }
  | { kind: 'deletePolicy' }
  | { kind: 'fail'; rate: number }
  /** What a metric says that is not measured here. */
  | { kind: 'say'; metric: string; said: Said }
  | { kind: 'neverReady' }
  /** Its Pods end again and again, until they are told to stop. */
  | { kind: 'canaryCrashes' };
