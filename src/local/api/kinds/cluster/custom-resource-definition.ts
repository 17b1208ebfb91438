import type { CustomResourceDefinition } from '../../../../kubernetes/generated/apiextensions-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { createdAtColumn } from '../columns.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';

/** The CustomResourceDefinition kind: its own defaults. What a definition means, its checks and its status are the server's. */
export function customResourceDefinitionKind(): Kind {
  return defineKind<CustomResourceDefinition>({
    resource: resources.customResourceDefinitions,
    schemaName: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    status: true,
    hasGeneration: true,
    columnsWithoutAge: [createdAtColumn],
    applyDefaults({ spec }) {
      if (spec.names.kind !== '') {
        spec.names.singular ??= spec.names.kind.toLowerCase();
        spec.names.listKind ??= `${spec.names.kind}List`;
      }
      spec.conversion ??= { strategy: 'None' };
      const service = spec.conversion.webhook?.clientConfig?.service;
      if (service !== undefined) service.port ??= 443;
    },
    prepareForCreate(definition) {
      // Looked at before it is checked: it may lack even its versions.
      const stored = (definition.spec.versions ?? []).find(({ storage }) => storage);
      definition.status = {
        conditions: [],
        acceptedNames: { kind: '', plural: '' },
        storedVersions: stored === undefined ? [] : [stored.name],
      };
      return [];
    },
  });
}
