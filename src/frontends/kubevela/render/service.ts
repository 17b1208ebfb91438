import type { Service, ServicePort } from '../../../kubernetes/generated/core-v1.js';
import type { Application, Component } from '../application.js';
import { COMPONENT } from '../labels.js';
import { traitsOf, webserviceOf } from '../properties/read.js';
import { portName } from '../properties/ports.js';
import { portsOf, type Expose } from '../properties/traits.js';
import type { Webservice } from '../properties/webservice.js';
import { metadataOf, type RevisionOfApplication } from './metadata.js';

/** Ports that a Service leads to, and what asks for them first. */
export interface Exposed {
  readonly by: 'expose' | 'canary-traffic' | 'AuxiliaryWorkload';
  readonly ports: readonly ServicePort[];
}

const plain = (port: number): ServicePort => ({ name: portName(port), port, targetPort: port });

/**
 * What the Service of a component leads to; undefined when nothing asks for one. The trait expose, the trait
 * canary-traffic and exposed ports of the component share one Service; a port that several ask for is there once.
 */
export function exposedPorts(component: Component): Exposed | undefined {
  const { expose, traffic } = traitsOf(component);
  const webservice = webserviceOf(component);
  const byExpose = expose && (expose.ports?.map((each) => portOf(each, expose.type)) ?? expose.port?.map(plain) ?? []);
  const byTraffic = traffic && portsOf(traffic).map(plain);
  const own = (webservice.ports ?? []).filter((port) => port.expose).map((each) => portOf(each, webservice.exposeType));
  const by = byExpose ? 'expose' : byTraffic ? 'canary-traffic' : own.length > 0 ? 'AuxiliaryWorkload' : undefined;
  if (by === undefined) return undefined;
  const ports = new Map<string, ServicePort>();
  for (const port of [...(byExpose ?? []), ...(byTraffic ?? []), ...own]) {
    const key = `${port.port}/${port.protocol ?? 'TCP'}`;
    if (!ports.has(key)) ports.set(key, port);
  }
  return { by, ports: [...ports.values()] };
}

type WrittenPort = NonNullable<Webservice['ports']>[number] | NonNullable<Expose['ports']>[number];

function portOf(written: WrittenPort, type: string): ServicePort {
  const { port, protocol, name = portName(port, protocol), nodePort } = written;
  const targetPort = 'containerPort' in written ? written.containerPort : port;
  return { name, port, targetPort, protocol, ...(nodePort === undefined || type !== 'NodePort' ? {} : { nodePort }) };
}

/** The Service of a component; undefined when nothing asks for one. It selects the Pods of all revisions. */
export function serviceOf(app: Application, component: Component, of?: RevisionOfApplication): Service | undefined {
  const exposed = exposedPorts(component);
  if (exposed === undefined) return undefined;
  const { expose } = traitsOf(component);
  const metadata = metadataOf(app, component, component.name, { trait: exposed.by, resource: 'service' }, of);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, ...(expose?.annotations === undefined ? {} : { annotations: expose.annotations }) },
    spec: {
      selector: expose?.matchLabels ?? { [COMPONENT]: component.name },
      ports: [...exposed.ports],
      type: expose?.type ?? webserviceOf(component).exposeType,
    },
  };
}
