import type { Namespace, Node } from '../../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { namespaceColumns, nodeColumns } from './cluster-columns.js';

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Namespace and Node: the kinds that belong to the cluster. */
export function clusterKinds(): Kind[] {
  return [namespaceKind(), nodeKind()];
}

function namespaceKind(): Kind {
  return defineKind<Namespace>({
    resource: resources.namespaces,
    schemaName: 'io.k8s.api.core.v1.Namespace',
    shortNames: ['ns'],
    status: true,
    nameRule: 'dns-label',
    columns: namespaceColumns,
    selectableFields: { 'status.phase': ({ status }) => status?.phase ?? '' },
    applyDefaults(namespace) {
      labelWithName(namespace);
      namespace.status = { ...namespace.status, phase: namespace.status?.phase ?? 'Active' };
    },
    prepareForCreate(namespace) {
      labelWithName(namespace);
      namespace.status = { phase: 'Active' };
      const finalizers = namespace.spec?.finalizers ?? [];
      namespace.spec = { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
      return [];
    },
    prepareForUpdate(namespace, before) {
      if (before.spec?.finalizers !== undefined) namespace.spec = { finalizers: [...before.spec.finalizers] };
      return [];
    },
  });
}

/** Selectors by name work because every namespace carries its name as a label; a generated name comes after defaulting. */
function labelWithName({ metadata }: Namespace): void {
  if (metadata.name !== undefined && metadata.name !== '') metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name };
}

function nodeKind(): Kind {
  return defineKind<Node>({
    resource: resources.nodes,
    schemaName: 'io.k8s.api.core.v1.Node',
    shortNames: ['no'],
    status: true,
    allColumns: nodeColumns,
    selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
    applyDefaults({ status }) {
      if (status?.capacity !== undefined) status.allocatable ??= { ...status.capacity };
    },
  });
}
