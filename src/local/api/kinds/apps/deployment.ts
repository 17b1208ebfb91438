import type { Deployment } from '../../../../kubernetes/generated/apps-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { defaultPodTemplate } from '../../../../kubernetes/pod-defaults/pod-spec.js';
import { deploymentProblems, deploymentUpdateProblems } from './deployment-validation.js';
import { SCALE } from './scale-paths.js';
import { deploymentColumns, templateColumns } from './workload-columns.js';

/** The Deployment kind. */
export function deploymentKind(): Kind {
  return defineKind<Deployment>({
    resource: resources.deployments,
    schemaName: 'io.k8s.api.apps.v1.Deployment',
    shortNames: ['deploy'],
    categories: ['all'],
    status: true,
    scale: SCALE,
    hasGeneration: true,
    columns: deploymentColumns,
    wideColumns: templateColumns('Label selector for Pods.'),
    applyDefaults({ spec }) {
      if (spec === undefined) return;
      defaultPodTemplate(spec.template);
      spec.replicas ??= 1;
      spec.strategy ??= {};
      spec.strategy.type ??= 'RollingUpdate';
      if (spec.strategy.type === 'RollingUpdate') {
        spec.strategy.rollingUpdate ??= {};
        spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
        spec.strategy.rollingUpdate.maxSurge ??= '25%';
      }
      spec.revisionHistoryLimit ??= 10;
      spec.progressDeadlineSeconds ??= 600;
    },
    validate: deploymentProblems,
    validateUpdate: deploymentUpdateProblems,
  });
}
