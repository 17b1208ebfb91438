import { calling } from './calling.js';
import type { StepHandler } from './step.js';

/** Posts to a URL: what the step says, or the Application. */
export const webhook: StepHandler = ({ properties }, record, context) => {
  const { apiVersion, kind, metadata, spec } = context.app;
  const { name, namespace, labels = {}, annotations = {} } = metadata;
  const application = { apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec };
  return calling(record, context, 'webhook', { ...properties, data: properties['data'] ?? application });
};
