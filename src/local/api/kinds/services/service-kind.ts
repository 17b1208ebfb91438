import type { Service } from '../../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import type { BuiltinKindOptions } from '../options.js';
import { clusterIpRange } from './cluster-ip-range.js';
import { allocate, type ServicePool } from './service-allocation.js';
import { serviceColumns, serviceWideColumns } from './service-columns.js';
import { defaultService } from './service-defaults.js';
import { needsClusterIp } from './service-types.js';
import { carryOver } from './service-update.js';
import { serviceProblems, serviceUpdateProblems } from './service-validation.js';

/** The Service kind; it allocates cluster IPs and node ports. @throws Error when the service range is no IPv4 range */
export function serviceKind(options: BuiltinKindOptions): Kind {
  const pool: ServicePool = {
    range: clusterIpRange(options.serviceRange ?? '10.96.0.0/16'),
    nodePorts: options.nodePorts ?? { from: 30000, to: 32767 },
  };
  return defineKind<Service>({
    resource: resources.services,
    schemaName: 'io.k8s.api.core.v1.Service',
    shortNames: ['svc'],
    categories: ['all'],
    status: true,
    nameRule: 'dns-label',
    columns: serviceColumns,
    wideColumns: serviceWideColumns,
    selectableFields: {
      'spec.clusterIP': ({ spec }) => spec?.clusterIP ?? '',
      'spec.type': ({ spec }) => spec?.type ?? '',
    },
    applyDefaults: defaultService,
    prepareForCreate(service, context) {
      const { spec } = service;
      if (spec?.clusterIP !== undefined && spec.clusterIPs === undefined) spec.clusterIPs = [spec.clusterIP];
      if (spec !== undefined && !needsClusterIp(service)) delete spec.internalTrafficPolicy;
      // An invalid Service gets nothing; validation, which comes next, says why.
      return serviceProblems(service).length > 0 ? [] : allocate(service, pool, context);
    },
    prepareForUpdate(service, before, context) {
      carryOver(service, before);
      const invalid = serviceProblems(service).length > 0 || serviceUpdateProblems(service, before).length > 0;
      return invalid ? [] : allocate(service, pool, context);
    },
    validate: serviceProblems,
    validateUpdate: serviceUpdateProblems,
  });
}
