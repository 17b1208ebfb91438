import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import gatewayApi from '../../../src/kubernetes/generated/gateway-api-crds.json' with { type: 'json' };
import istio from '../../../src/kubernetes/generated/istio-crds.json' with { type: 'json' };
import type { ClusterClient } from '../../../src/cluster/client.js';
import { isConditionTrue } from '../../../src/kubernetes/conditions.js';
import type { KubernetesObject } from '../../../src/kubernetes/objects.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { eventually } from '../../scenarios/local-cluster.js';

/** Makes the kinds of Istio known to a cluster, those that Serin writes. */
export const installIstioKinds = (client: ClusterClient): Promise<void> => install(client, istio);

/** The same for the Gateway API, where no product that has its own definitions is there. */
export const installGatewayApiKinds = (client: ClusterClient): Promise<void> => install(client, gatewayApi);

/** Makes known the kinds that a program brings along. @param program its path, beside which they lie */
export async function installKindsOf(client: ClusterClient, program: string): Promise<void> {
  const folder = join(program, '..', 'files');
  if (!existsSync(folder)) throw new Error(`${folder} is missing`);
  const definitions: KubernetesObject[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.yaml'))) {
    for (const document of parseAllDocuments(await readFile(join(folder, file), 'utf8'))) {
      const object = document.toJS() as KubernetesObject | null;
      if (object?.kind === 'CustomResourceDefinition') definitions.push(object);
    }
  }
  await install(client, definitions);
}

async function install(client: ClusterClient, definitions: readonly KubernetesObject[]): Promise<void> {
  for (const definition of definitions) {
    // Another lane may have brought them in its version, and use them now.
    const known = await client.find(resources.customResourceDefinitions, { name: definition.metadata.name });
    if (!known) await client.apply(resources.customResourceDefinitions, definition, { fieldManager: 'test', force: true });
  }
  for (const { metadata: { name } } of definitions) {
    await eventually(`${name} is served`, async () => isConditionTrue((await client.get(resources.customResourceDefinitions, { name })).status?.conditions, 'Established'));
  }
}
