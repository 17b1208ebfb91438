import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { oamResources } from './application.js';
import type { Removal } from './applied-resources.js';
import type { ComponentFacts } from './components/facts.js';
import type { RevisionRecord } from './revisions.js';
import type { WorkflowStatus } from './status.js';

/**
 * The records of what the Application and its components are now. That of the Application says how its workflow went, so that
 * somebody can go back to the newest one that was brought about.
 */
export function revisionRecords(record: RevisionRecord, components: ReadonlyMap<string, ComponentFacts>, workflow: WorkflowStatus): KubernetesObject[] {
  const { apiVersion, kind, metadata, spec } = record.object;
  const { name, namespace, labels, annotations, ownerReferences } = metadata;
  const known = { ...(namespace === undefined ? {} : { namespace }), ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}), ...(ownerReferences ? { ownerReferences } : {}) };
  const ofApplication = { apiVersion, kind, metadata: { name, ...known }, spec, status: { succeeded: wasBroughtAbout(record, workflow), ...(workflow.finished === true ? { workflow } : {}) } };
  return [...[...components.values()].flatMap(({ revision }) => (revision.isNew ? [revision.object] : [])), ofApplication];
}

/** Once brought about it stays so, whatever a later run of the same spec comes to. */
const wasBroughtAbout = ({ object }: RevisionRecord, workflow: WorkflowStatus): boolean => object.status?.['succeeded'] === true || workflow.status === 'succeeded';

/** How many records of an Application are kept beside the present one, as KubeVela keeps them. */
const KEPT = 10;

/** Records of Applications that are older than those that are kept. */
export function surplusRevisions({ name, object }: RevisionRecord, observed: readonly KubernetesObject[]): Removal[] {
  const app = object.spec?.application?.metadata?.name ?? '';
  const number = (each: KubernetesObject): number => Number(each.metadata.name?.slice(app.length + 2)) || 0;
  const others = observed.filter((each) => each.kind === 'ApplicationRevision' && each.metadata.name !== name);
  const oldest = [...others].sort((one, other) => number(other) - number(one)).slice(KEPT);
  return oldest.map((each) => ({ resource: oamResources.applicationRevisions satisfies Resource<KubernetesObject>, name: each.metadata.name ?? '' }));
}
