import type { Lease } from '../../../../kubernetes/generated/coordination-v1.js';
import type { Endpoints } from '../../../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../../../kubernetes/generated/discovery-v1.js';
import type { Ingress, IngressClass } from '../../../../kubernetes/generated/networking-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { defineKind } from '../definition.js';
import { immutable } from '../field-checks.js';
import type { Kind } from '../kind.js';
import { endpointsProblems, endpointSliceProblems, endpointSliceUpdateProblems } from './endpoint-validation.js';
import { useDefaultClass } from './default-ingress-class.js';
import { ingressClassProblems, ingressProblems } from './ingress-validation.js';
import { leaseProblems } from './lease-validation.js';
import { endpointsColumns, endpointSliceColumns, ingressClassColumns, ingressColumns, leaseColumns } from './network-columns.js';

/** Endpoints, EndpointSlice, Ingress, IngressClass and Lease. */
export function networkKinds(): Kind[] {
  return [
    defineKind<Endpoints>({
      resource: { group: '', version: 'v1', kind: 'Endpoints', plural: 'endpoints', namespaced: true },
      schemaName: 'io.k8s.api.core.v1.Endpoints',
      shortNames: ['ep'],
      columns: endpointsColumns,
      applyDefaults({ subsets }) {
        for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ??= 'TCP';
      },
      validate: endpointsProblems,
    }),
    defineKind<EndpointSlice>({
      resource: resources.endpointSlices,
      schemaName: 'io.k8s.api.discovery.v1.EndpointSlice',
      hasGeneration: true,
      columns: endpointSliceColumns,
      applyDefaults({ ports }) {
        for (const port of ports ?? []) {
          port.name ??= '';
          port.protocol ??= 'TCP';
        }
      },
      validate: endpointSliceProblems,
      validateUpdate: endpointSliceUpdateProblems,
    }),
    defineKind<Ingress>({
      resource: resources.ingresses,
      schemaName: 'io.k8s.api.networking.v1.Ingress',
      shortNames: ['ing'],
      status: true,
      hasGeneration: true,
      columns: ingressColumns,
      prepareForCreate(ingress, context) {
        useDefaultClass(ingress, context);
        return [];
      },
      validate: ingressProblems,
    }),
    defineKind<IngressClass>({
      resource: resources.ingressClasses,
      schemaName: 'io.k8s.api.networking.v1.IngressClass',
      hasGeneration: true,
      columns: ingressClassColumns,
      applyDefaults({ spec }) {
        if (spec?.parameters !== undefined) spec.parameters.scope ??= 'Cluster';
      },
      validate: ingressClassProblems,
      validateUpdate: ({ spec }, before) => immutable('spec.controller', spec?.controller, before.spec?.controller),
    }),
    defineKind<Lease>({
      resource: resources.leases,
      schemaName: 'io.k8s.api.coordination.v1.Lease',
      columns: leaseColumns,
      validate: leaseProblems,
    }),
  ];
}
