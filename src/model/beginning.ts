import type { ReleaseStatus } from './release.js';

/**
 * Whether a release has touched anything that users meet. Before, people may still have to agree; afterwards it goes on
 * whatever they say of its beginning.
 */
export const hasBegun = ({ phase, intent }: Pick<ReleaseStatus, 'phase' | 'intent'>): boolean => phase !== 'Preparing' || intent.routing !== 'keep';
