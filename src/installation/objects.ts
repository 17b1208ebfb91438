import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { installedKinds, type InstalledKind } from './kinds.js';
import { accessParts, userRoleParts } from './parts/access.js';
import { admissionParts, definitionParts, frontendDefinitionParts } from './parts/definitions.js';
import { monitoringParts } from './parts/monitoring.js';
import type { Part } from './parts/part.js';
import { serverAccessParts } from './parts/server-access.js';
import { serverParts } from './parts/server.js';
import { namespacePart, workloadParts } from './parts/workload.js';
import { fill, holds, type Filling } from './template/fill.js';
import type { Values } from './values.js';

/** All parts that Serin's chart has, in the order in which they are applied. */
export const chartParts: readonly Part[] = [...definitionParts, ...frontendDefinitionParts, ...admissionParts, ...userRoleParts, ...accessParts, ...workloadParts, ...serverAccessParts, ...serverParts, ...monitoringParts];

/** One object of an installation, and where it goes. */
export interface InstalledObject {
  readonly resource: Resource<KubernetesObject>;
  readonly object: KubernetesObject;
}

export interface Installation extends Omit<Filling, 'values'> {
  readonly values: Values;
}

/** The objects of an installation, in the order in which they are applied. @throws MissingValue */
export function installationObjects(installation: Installation, parts: readonly Part[] = [namespacePart, ...chartParts]): InstalledObject[] {
  return parts.filter(({ condition }) => condition === undefined || holds(condition, installation)).map(({ kind, object }) => ({ resource: resourceOf(kind), object: fill(object, installation) as KubernetesObject }));
}

const resourceOf = (kind: InstalledKind): Resource<KubernetesObject> => installedKinds[kind] as unknown as Resource<KubernetesObject>;
