import type { ScalePaths } from '../kind.js';

/** Where workloads keep what their scale subresource shows. */
export const SCALE: ScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.spec.selector',
};
