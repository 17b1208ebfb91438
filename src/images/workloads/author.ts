import { isRecord } from '../../kubernetes/json.js';
import { AUTHOR_ANNOTATION } from '../../model/resources.js';
import type { ImageWorkload } from './workload.js';

/** The field manager by which workloads are changed: by it we know again what we wrote. */
export const IMAGES_MANAGER = 'serin-images';

type Authored = Pick<ImageWorkload, 'object' | 'template' | 'templatePath'>;

/** Where the author of a version stands. */
export interface AuthorPlaces {
  readonly template: boolean;
  readonly object: boolean;
}

/**
 * Where the author of a former image stands who would pass for that of the next one: written by an update, or the same as one that an
 * update named. What somebody else wrote is theirs.
 * @param workload read afresh: caches hold no managed fields @param former authors whom updates named
 */
export function formerAuthors({ object, template, templatePath }: Authored, former: readonly string[]): AuthorPlaces {
  const isFormer = (author: string | undefined, path: readonly string[]): boolean => author !== undefined && (former.includes(author) || isOurs(object, path));
  return {
    template: isFormer(template.metadata?.annotations?.[AUTHOR_ANNOTATION], templatePath),
    object: isFormer(object.metadata.annotations?.[AUTHOR_ANNOTATION], []),
  };
}

/** Whether an update wrote the annotation, by the managed fields (FieldsV1). @param path to what has the metadata */
function isOurs({ metadata }: Authored['object'], path: readonly string[]): boolean {
  return (metadata.managedFields ?? []).some(({ manager, fieldsV1 }) => {
    const found = [...path, 'metadata', 'annotations', AUTHOR_ANNOTATION].reduce<unknown>((at, part) => (isRecord(at) ? at[`f:${part}`] : undefined), fieldsV1);
    return manager === IMAGES_MANAGER && found !== undefined;
  });
}
