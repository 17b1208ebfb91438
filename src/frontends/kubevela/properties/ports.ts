import { Type } from 'typebox';

/** The number of a port. */
export const Port = (description: string) => Type.Integer({ minimum: 1, maximum: 65_535, description });

export const protocols = ['TCP', 'UDP', 'SCTP'] as const;

/** Types of Services that Serin makes. (One of the type ExternalName has no ports and leads to no Pods.) */
export const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer'] as const;

/** What a port is called that has no name of its own: one number may stand for several protocols. */
export const portName = (port: number, protocol: (typeof protocols)[number] = 'TCP'): string => (protocol === 'TCP' ? `port-${port}` : `port-${port}-${protocol.toLowerCase()}`);
