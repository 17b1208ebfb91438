import { AUTHOR_ANNOTATION } from '../../model/resources.js';
import type { ImageWorkload } from './workload.js';

/** The field manager by which workloads are changed. */
export const IMAGES_MANAGER = 'serin-images';

/** Where the author of a version stands. */
export interface AuthorPlaces {
  readonly template: boolean;
  readonly object: boolean;
}

/**
 * Where an author stands who would pass for that of the next image. Whoever wrote the annotation, CI or an update, wrote it of the
 * version that is there: of the next one nothing is known, and a rule that nobody can meet is better than one that asks the wrong person.
 */
export function formerAuthors({ object, template }: Pick<ImageWorkload, 'object' | 'template'>): AuthorPlaces {
  return {
    template: template.metadata?.annotations?.[AUTHOR_ANNOTATION] !== undefined,
    object: object.metadata.annotations?.[AUTHOR_ANNOTATION] !== undefined,
  };
}
