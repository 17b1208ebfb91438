import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../../../kubernetes/generated/apps-v1.js';
import type { Container } from '../../../../kubernetes/generated/core-v1.js';
import type { LabelSelector } from '../../../../kubernetes/generated/meta-v1.js';
import { isRecord } from '../../../../kubernetes/json.js';
import { controllerOf } from '../../../../kubernetes/owners.js';
import { formatLabelSelector, SelectorError } from '../../../../kubernetes/selectors.js';
import { column, labelText, NONE, wideColumn } from '../columns.js';
import type { TableColumn } from '../kind.js';

export const deploymentColumns: readonly TableColumn[] = [
  column<Deployment>('Ready', 'Ready Pods of all that are asked for.', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  column<Deployment>('Up-to-date', 'Pods of the newest template.', ({ status }) => status?.updatedReplicas ?? 0),
  column<Deployment>('Available', 'Pods that have been ready for long enough.', ({ status }) => status?.availableReplicas ?? 0),
];

export const replicaSetColumns: readonly TableColumn[] = [
  column<ReplicaSet>('Desired', 'Pods asked for.', ({ spec }) => spec?.replicas ?? 0, 'integer'),
  column<ReplicaSet>('Current', 'Pods there are.', ({ status }) => status?.replicas ?? 0, 'integer'),
  column<ReplicaSet>('Ready', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0, 'integer'),
];

export const statefulSetColumns: readonly TableColumn[] = [
  column<StatefulSet>('Ready', 'Ready Pods of all that are asked for.', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
];

export const daemonSetColumns: readonly TableColumn[] = [
  column<DaemonSet>('Desired', 'Nodes that should run a Pod.', ({ status }) => status?.desiredNumberScheduled ?? 0, 'integer'),
  column<DaemonSet>('Current', 'Nodes that run one.', ({ status }) => status?.currentNumberScheduled ?? 0, 'integer'),
  column<DaemonSet>('Ready', 'Nodes whose Pod is ready.', ({ status }) => status?.numberReady ?? 0, 'integer'),
  column<DaemonSet>('Up-to-date', 'Nodes with a Pod of the newest template.', ({ status }) => status?.updatedNumberScheduled ?? 0, 'integer'),
  column<DaemonSet>('Available', 'Nodes whose Pod is available.', ({ status }) => status?.numberAvailable ?? 0, 'integer'),
  column<DaemonSet>('Node Selector', 'Labels that a node must have.', ({ spec }) => labelText(spec?.template.spec?.nodeSelector)),
];

export const controllerRevisionColumns: readonly TableColumn[] = [
  column<ControllerRevision>('Controller', 'Controller of the object', (revision) => {
    const owner = controllerOf(revision);
    if (owner === undefined) return NONE;
    const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0] ?? ''}` : '';
    return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
  }),
  column<ControllerRevision>('Revision', 'Number of the revision.', ({ revision }) => revision),
];

/** Containers, images and selector of a workload, for `-o wide`. @param path where its template and selector are */
export function templateColumns(selectorDescription = 'Label query over Pods.', path: readonly string[] = ['spec']): TableColumn[] {
  const spec = (object: object): Record<string, unknown> => path.reduce<Record<string, unknown>>((value, key) => record(value[key]), { ...object });
  const containers = (object: object): Container[] => containersOf(record(record(spec(object)['template'])['spec'])['containers']);
  return [
    wideColumn('Containers', 'Names of each container in the template.', (object) => containers(object).map(({ name }) => name).join(',')),
    wideColumn('Images', 'Images referenced by each container in the template.', (object) => containers(object).map(({ image }) => image ?? '').join(',')),
    wideColumn('Selector', selectorDescription, (object) => selectorText(spec(object)['selector'])),
  ];
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** What is in the place of containers has passed the schema. */
function containersOf(value: unknown): Container[] {
  return Array.isArray(value) ? (value as Container[]) : [];
}

function selectorText(selector: unknown): string {
  if (!isRecord(selector)) return NONE;
  try {
    return formatLabelSelector(selector as LabelSelector) || NONE;
  } catch (error) {
    if (error instanceof SelectorError) return '<error>';
    throw error;
  }
}
