import type { Pod } from '../../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { podColumns, podWideColumns } from './pod-columns.js';
import { defaultPod, prepareNewPod } from './pod-defaults.js';
import { podUpdateProblems } from './pod-update.js';
import { podProblems } from './pod-validation.js';

/** The Pod kind. */
export function podKind(): Kind {
  return defineKind<Pod>({
    resource: resources.pods,
    schemaName: 'io.k8s.api.core.v1.Pod',
    shortNames: ['po'],
    categories: ['all'],
    status: true,
    hasGeneration: true,
    columns: podColumns,
    wideColumns: podWideColumns,
    selectableFields: {
      'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
      'spec.restartPolicy': ({ spec }) => spec?.restartPolicy ?? '',
      'spec.schedulerName': ({ spec }) => spec?.schedulerName ?? '',
      'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName ?? '',
      'spec.hostNetwork': ({ spec }) => String(spec?.hostNetwork ?? false),
      'status.phase': ({ status }) => status?.phase ?? '',
      'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
      'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
    },
    applyDefaults: defaultPod,
    prepareForCreate(pod) {
      prepareNewPod(pod);
      return [];
    },
    prepareForUpdate(pod, before) {
      // The class is fixed at creation; writers of the status often leave it out.
      const { qosClass } = before.status ?? {};
      if (pod.status !== undefined && qosClass !== undefined) pod.status.qosClass ??= qosClass;
      return [];
    },
    validate: podProblems,
    validateUpdate: podUpdateProblems,
  });
}
