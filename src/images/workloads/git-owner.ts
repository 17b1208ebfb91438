import { isRecord } from '../../kubernetes/json.js';
import type { ImageWorkload } from './workload.js';

/** Field managers of Argo CD and Flux, as they name themselves. */
const MANAGERS = /^(argocd(-.*)?|kustomize-controller|helm-controller|flux(-.*)?)$/;
/** What they leave on objects that they look after. */
const ARGO_CD = ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/instance'];
const FLUX = ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'];

/**
 * The GitOps tool that owns the images of a workload and would put back what somebody else writes there; undefined for none.
 * @param workload read afresh: caches hold no managed fields
 */
export function gitOwnerOf({ object: { metadata }, templatePath }: Pick<ImageWorkload, 'object' | 'templatePath'>): string | undefined {
  const marks = { ...metadata.labels, ...metadata.annotations };
  if (ARGO_CD.some((mark) => marks[mark] !== undefined)) return 'Argo CD';
  if (FLUX.some((mark) => marks[mark] !== undefined)) return 'Flux';
  const owner = (metadata.managedFields ?? []).find(({ manager = '', fieldsV1 }) => MANAGERS.test(manager) && ownsImage(fieldsV1, templatePath))?.manager;
  return owner === undefined ? undefined : owner.startsWith('argocd') ? 'Argo CD' : 'Flux';
}

/** Whether a set of fields (FieldsV1) has the image of any container in it, or the list of containers whole. */
function ownsImage(fields: unknown, templatePath: readonly string[]): boolean {
  const spec = [...templatePath, 'spec'].reduce<unknown>((at, part) => (isRecord(at) ? at[`f:${part}`] : undefined), fields);
  if (!isRecord(spec)) return false;
  return ['f:containers', 'f:initContainers'].some((list) => {
    const found = spec[list];
    if (!isRecord(found)) return false;
    const items = Object.entries(found).filter(([key]) => key.startsWith('k:'));
    return items.length === 0 || items.some(([, item]) => isRecord(item) && 'f:image' in item);
  });
}
