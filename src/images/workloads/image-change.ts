import { AUTHOR_ANNOTATION } from '../../model/resources.js';
import { formatImage } from '../matching/image-reference.js';
import { formerAuthors } from './author.js';
import { containersOf, type ImageWorkload, type RunningContainer } from './workload.js';

/** On a workload: the ImageUpdate that changed its image last, so that none changes it twice. */
export const IMAGE_UPDATE_ANNOTATION = 'serin.dev/image-update';

/** The image that is to run. */
export interface WantedImage {
  readonly image: string;
  readonly tag: string;
  readonly digest?: string | undefined;
  /** Whether the digest, where one is known, is to stand in the template: the tag alone would change nothing, or people agreed to the digest. */
  readonly pinned: boolean;
}

/** The text of a container's image once it is changed: its repository stays as it is written. */
export const wantedText = ({ image }: RunningContainer, { tag, digest, pinned }: WantedImage): string =>
  formatImage({ repository: image.repository, tag, digest: pinned ? digest : undefined });

/** The containers whose image is to change, of those that run this repository. */
export const changingContainers = (workload: Pick<ImageWorkload, 'containers'>, wanted: WantedImage): RunningContainer[] =>
  containersOf(workload, wanted.image).filter((container) => container.text !== wantedText(container, wanted));

/**
 * A merge patch that changes the image, and says by which update. It names the version of the object that it was made from:
 * lists are replaced whole, so nothing that was written meanwhile may be lost.
 * @param author the person who wrote the version, where the sender named one; whoever stands there for the image before is taken away
 */
export function imageChange(workload: ImageWorkload, wanted: WantedImage, update: string, author: string | undefined): unknown {
  const { object, template, templatePath } = workload;
  const changing = changingContainers(workload, wanted);
  const lists = [...new Set(changing.map(({ list }) => list))].map((list) => [
    list,
    (template.spec?.[list] ?? []).map((container) => {
      const changed = changing.find((each) => each.list === list && each.name === container.name);
      return changed ? { ...container, image: wantedText(changed, wanted) } : container;
    }),
  ]);
  // Who wrote a version stands on its template, or on the Deployment; where one stands on the template it counts.
  const former = formerAuthors(workload);
  const onTemplate = author !== undefined && (templatePath.length > 2 || object.kind !== 'Deployment' || former.template);
  const onObject = author !== undefined && !onTemplate;
  const changedTemplate = {
    ...(onTemplate || former.template ? { metadata: { annotations: { [AUTHOR_ANNOTATION]: author ?? null } } } : {}),
    spec: Object.fromEntries(lists) as Record<string, unknown>,
  };
  const inner = templatePath.reduceRight<unknown>((value, part) => ({ [part]: value }), changedTemplate);
  const annotations = { [IMAGE_UPDATE_ANNOTATION]: update, ...(onObject || former.object ? { [AUTHOR_ANNOTATION]: onObject ? author : null } : {}) };
  return { metadata: { resourceVersion: object.metadata.resourceVersion, annotations }, ...(inner as Record<string, unknown>) };
}
