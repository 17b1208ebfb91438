import type { FieldError } from '../../../../kubernetes/field-error.js';
import { duplicateField, forbiddenField, invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { Service, ServicePort, ServiceSpec } from '../../../../kubernetes/generated/core-v1.js';
import { dns1123LabelProblems, dns1123SubdomainProblems, qualifiedNameProblems } from '../../../../kubernetes/names.js';
import { ipProblems } from '../ip-addresses.js';
import { portNumber, portNumberOrName, problemsAt } from '../field-checks.js';
import { labelErrors } from '../object-meta.js';
import { oneOf, PROTOCOLS } from '../pods/container-validation.js';
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from './service-types.js';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const LONGEST_AFFINITY = 86400;

/** What is wrong with a Service, with or without its allocated addresses. */
export function serviceProblems(service: Service): FieldError[] {
  const { spec } = service;
  if (spec === undefined) return [requiredField('spec.ports')];
  const ports = spec.ports ?? [];
  return [
    ...(ports.length === 0 && !isHeadless(service) && spec.type !== 'ExternalName' ? [requiredField('spec.ports')] : []),
    ...typeErrors(service, spec),
    ...ports.flatMap((port, index) => portErrors(port, `spec.ports[${index}]`, ports, index)),
    ...labelErrors(spec.selector, 'spec.selector'),
    ...affinityErrors(spec),
    ...addressErrors(spec),
    ...oneOf('spec.type', spec.type, TYPES),
    ...nodePortErrors(spec),
    ...duplicatePortErrors(ports),
    ...loadBalancerErrors(spec),
    ...trafficErrors(service, spec),
  ];
}

/** What may not change in a Service. */
export function serviceUpdateProblems({ spec }: Service, { spec: before }: Service): FieldError[] {
  if (spec === undefined || before === undefined || spec.type === 'ExternalName' || before.type === 'ExternalName') return [];
  const now = spec.clusterIPs ?? [];
  const was = before.clusterIPs ?? [];
  if (was.length > 0 && now.length === 0) return [invalidField('spec.clusterIPs[0]', null, 'primary clusterIP can not be unset')];
  const errors = was.flatMap((address, index) =>
    index < now.length && now[index] !== address ? [invalidField(`spec.clusterIPs[${index}]`, now, 'may not change once set')] : [],
  );
  const [family] = spec.ipFamilies ?? [];
  const [formerFamily] = before.ipFamilies ?? [];
  return family !== formerFamily && formerFamily !== undefined
    ? [...errors, invalidField('spec.ipFamilies[0]', spec.ipFamilies ?? null, 'may not change once set')]
    : errors;
}

function typeErrors(service: Service, spec: ServiceSpec): FieldError[] {
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(service)) {
    return [invalidField('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)];
  }
  if (spec.type !== 'ExternalName') return [];
  const forbidden = ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const;
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  return [
    ...forbidden.flatMap((field) => (spec[field] === undefined ? [] : [forbiddenField(`spec.${field}`, 'may not be set for ExternalName services')])),
    ...(name === '' ? [requiredField('spec.externalName')] : problemsAt('spec.externalName', name, dns1123SubdomainProblems(name))),
  ];
}

function portErrors(port: ServicePort, at: string, all: readonly ServicePort[], index: number): FieldError[] {
  const errors: FieldError[] = [];
  if (port.name === undefined || port.name === '') {
    if (all.length > 1) errors.push(requiredField(`${at}.name`));
  } else {
    errors.push(...problemsAt(`${at}.name`, port.name, dns1123LabelProblems(port.name)));
    if (all.slice(0, index).some(({ name }) => name === port.name)) errors.push(duplicateField(`${at}.name`, port.name));
  }
  errors.push(...portNumber(`${at}.port`, port.port), ...oneOf(`${at}.protocol`, port.protocol, PROTOCOLS));
  errors.push(...portNumberOrName(`${at}.targetPort`, port.targetPort));
  if (port.appProtocol !== undefined) errors.push(...problemsAt(`${at}.appProtocol`, port.appProtocol, qualifiedNameProblems(port.appProtocol)));
  return errors;
}

function affinityErrors({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const errors = oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (sessionAffinity === 'ClientIP' && seconds !== undefined && (seconds <= 0 || seconds > LONGEST_AFFINITY)) {
    const range = `must be greater than 0 and less than ${LONGEST_AFFINITY}`;
    errors.push(invalidField('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, range));
  }
  return errors;
}

function addressErrors(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const field = 'spec.clusterIPs';
  const errors: FieldError[] = [];
  if (clusterIP !== '') {
    if (clusterIPs.length === 0) errors.push(requiredField(field));
    else if (clusterIPs[0] !== clusterIP) errors.push(invalidField(field, clusterIPs, 'first value must match `clusterIP`'));
  } else if (clusterIPs.length > 0) errors.push(invalidField(field, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  for (const [index, family] of ipFamilies.entries()) {
    if (family !== 'IPv4' && family !== 'IPv6') errors.push(unsupportedField(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']));
    if (ipFamilies.indexOf(family) < index) errors.push(duplicateField(`spec.ipFamilies[${index}]`, family));
  }
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  if (ipFamilyPolicy !== undefined && !policies.includes(ipFamilyPolicy)) errors.push(unsupportedField('spec.ipFamilyPolicy', ipFamilyPolicy, policies));
  for (const [index, address] of clusterIPs.entries()) {
    if (index === 0 && address === 'None') {
      if (clusterIPs.length > 1) errors.push(invalidField(field, clusterIPs, "'None' must be the first and only value"));
    } else errors.push(...problemsAt(`${field}[${index}]`, address, ipProblems(address)));
  }
  return errors;
}

function nodePortErrors({ type, ports = [] }: ServiceSpec): FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap(({ nodePort, protocol }, index) => {
    if (nodePort === undefined) return [];
    const field = `spec.ports[${index}].nodePort`;
    const key = `${protocol ?? ''}/${nodePort}`;
    const errors: FieldError[] = type === 'ClusterIP' ? [forbiddenField(field, "may not be used when `type` is 'ClusterIP'")] : [];
    if (seen.has(key)) errors.push(duplicateField(field, nodePort));
    seen.add(key);
    return errors;
  });
}

function duplicatePortErrors(ports: readonly ServicePort[]): FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap(({ port, protocol }, index) => {
    const key = `${protocol ?? ''}/${port}`;
    const known = seen.has(key);
    seen.add(key);
    if (!known) return [];
    return [duplicateField(`spec.ports[${index}]`, { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 })];
  });
}

function loadBalancerErrors(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'LoadBalancer') return [];
  const only = "may only be used when `type` is 'LoadBalancer'";
  return [
    ...((spec.loadBalancerSourceRanges ?? []).length > 0 ? [forbiddenField('spec.LoadBalancerSourceRanges', only)] : []),
    ...(spec.allocateLoadBalancerNodePorts === undefined ? [] : [forbiddenField('spec.allocateLoadBalancerNodePorts', only)]),
    ...(spec.loadBalancerClass === undefined ? [] : [forbiddenField('spec.loadBalancerClass', only)]),
  ];
}

function trafficErrors(service: Service, spec: ServiceSpec): FieldError[] {
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal, healthCheckNodePort, trafficDistribution } = spec;
  const errors: FieldError[] = [];
  if (!isExternallyAccessible(service)) {
    if (external !== undefined && external !== '') {
      errors.push(invalidField('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'));
    }
  } else errors.push(...oneOf('spec.externalTrafficPolicy', external, ['Cluster', 'Local']));
  if (!needsHealthCheckPort(service) && healthCheckNodePort !== undefined) {
    const only = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalidField('spec.healthCheckNodePort', healthCheckNodePort, only));
  }
  if (spec.type !== 'ExternalName' && TYPES.includes(spec.type ?? '')) errors.push(...oneOf('spec.internalTrafficPolicy', internal, ['Cluster', 'Local']));
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    errors.push(unsupportedField('spec.trafficDistribution', trafficDistribution, distributions));
  }
  return errors;
}
