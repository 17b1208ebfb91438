import type { Release } from '../model/release.js';

/** Which release of its policy it is, by the end of its name; 0 for a name that no controller gave. */
export const releaseNumber = ({ metadata }: Pick<Release, 'metadata'>): number => Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? 0);
