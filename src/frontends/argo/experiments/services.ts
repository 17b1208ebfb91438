import type { Service, ServicePort } from '../../../kubernetes/generated/core-v1.js';
import { controllerReference } from '../../../kubernetes/owners.js';
import type { Experiment } from '../kinds/experiment.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { madeFor, replicaSetName, type ExperimentTemplate } from './replica-sets.js';

/** What the Service of a template is called. */
export const serviceName = (experiment: Experiment, template: ExperimentTemplate): string => {
  const { name = '' } = template.service ?? {};
  return name === '' ? replicaSetName(experiment, template) : name;
};

/** The Service that leads to the Pods of a template, at the ports of its containers; undefined where they have none. */
export function serviceOf(experiment: Experiment, template: ExperimentTemplate, hash: string): Service | undefined {
  const ports = portsOf(template);
  if (ports.length === 0) return undefined;
  const { namespace } = experiment.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: serviceName(experiment, template),
      ...(namespace === undefined ? {} : { namespace }),
      annotations: madeFor(experiment, template),
      ownerReferences: [controllerReference(experiment)],
    },
    spec: { selector: { ...template.template.metadata?.labels, [ROLLOUTS_HASH_LABEL]: hash }, ports },
  };
}

/** A port each; where there are several, a Service wants a name for each. */
function portsOf({ template }: ExperimentTemplate): ServicePort[] {
  const ports = new Map<string, ServicePort>();
  for (const { ports: given = [] } of template.spec?.containers ?? []) {
    for (const { containerPort, protocol = 'TCP', name } of given) {
      const key = `${protocol.toLowerCase()}-${containerPort}`;
      if (!ports.has(key)) ports.set(key, { protocol, port: containerPort, targetPort: containerPort, ...(name === undefined ? {} : { name }) });
    }
  }
  return [...ports].map(([key, port]) => (ports.size > 1 && port.name === undefined ? { ...port, name: key } : port));
}
