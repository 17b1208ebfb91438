import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ClusterClient } from '../../../../src/cluster/client.js';
import { argoResources } from '../../../../src/frontends/argo/resources.js';
import type { CustomResourceDefinition } from '../../../../src/kubernetes/generated/apiextensions-v1.js';
import type { Resource } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { systemClock } from '../../../../src/ports/clock.js';
import type { ControlPlane } from '../../lab/control-plane.js';
import { LabProcess } from '../../lab/lab-process.js';
import { programPath } from '../../lab/programs.js';

const controllerPath = (): string => programPath('argo-rollouts', 'rollouts-controller');

/** The plugin of kubectl, with the cluster that it is to talk to. */
export const pluginFor = (kubeconfig: string): readonly string[] => [programPath('argo-rollouts', 'kubectl-argo-rollouts'), '--kubeconfig', kubeconfig];

/** The definitions that Argo Rollouts ships. */
export function argoOwnDefinitions(): CustomResourceDefinition[] {
  const folder = join(dirname(controllerPath()), 'files');
  return readdirSync(folder).filter((file) => file.endsWith('-crd.yaml')).flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((each) => each.toJS() as CustomResourceDefinition));
}

export async function installArgoDefinitions(client: ClusterClient, signal: AbortSignal): Promise<void> {
  for (const definition of argoOwnDefinitions()) await client.apply(resources.customResourceDefinitions, definition, { fieldManager: 'lab', force: true, signal });
  // They are served a moment after they were taken.
  for (const resource of Object.values(argoResources)) {
    while (!(await client.list(resource as unknown as Resource, { signal }).then(() => true, () => false))) await systemClock.sleep(100, signal);
  }
}

/** Starts Argo Rollouts' own controller. @param ports of its metrics and its health */
export function startArgoController({ directory, kubeconfigs }: ControlPlane, { metrics, health }: { metrics: number; health: number }): LabProcess {
  return LabProcess.start({
    name: 'argo-rollouts',
    path: controllerPath(),
    args: ['--kubeconfig', kubeconfigs.admin, '--namespace', 'argo-rollouts', '--leader-elect', '--metricsPort', String(metrics), '--healthzPort', String(health)],
    log: join(directory, 'argo-rollouts.log'),
  });
}
