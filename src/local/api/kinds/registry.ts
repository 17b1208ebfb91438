import { accessKinds } from './access/access-kinds.js';
import { autoscalingKinds } from './autoscaling/autoscaling-kinds.js';
import { batchKinds } from './batch/batch-kinds.js';
import { clusterKinds } from './cluster/cluster-kinds.js';
import { customResourceDefinitionKind } from './cluster/custom-resource-definition.js';
import { configurationKinds } from './configuration/configuration-kinds.js';
import { eventKinds } from './events/event-kinds.js';
import type { Kind } from './kind.js';
import { networkKinds } from './networking/network-kinds.js';
import { metricsKinds } from './metrics/metrics-kinds.js';
import type { BuiltinKindOptions } from './options.js';
import { podKind } from './pods/pod-kind.js';
import { policyKinds } from './policies/policy-kinds.js';
import { serviceKind } from './services/service-kind.js';
import { workloadKinds } from './apps/workload-kinds.js';

/** All kinds that the local API serves without a CRD, in the order of discovery. */
export function builtinKinds(options: BuiltinKindOptions = {}): Kind[] {
  return [
    ...clusterKinds(),
    podKind(),
    serviceKind(options),
    ...configurationKinds(),
    ...eventKinds(),
    ...workloadKinds(),
    ...networkKinds(),
    ...batchKinds(),
    ...autoscalingKinds(),
    ...accessKinds(),
    ...policyKinds(),
    customResourceDefinitionKind(),
    ...metricsKinds(),
  ];
}
