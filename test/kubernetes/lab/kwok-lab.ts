import { readFileSync } from 'node:fs';
import type { ClusterClient } from '../../../src/cluster/client.js';
import { createClient } from '../../../src/cluster/create-client.js';
import { loadKubeconfig } from '../../../src/cluster/kubeconfig/load-kubeconfig.js';
import type { FrontendName } from '../../../src/frontends/names.js';
import type { CustomResourceDefinition } from '../../../src/kubernetes/generated/apiextensions-v1.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from './control-plane.js';
import { startKwok, type KwokNodes } from './kwok.js';
import type { LabProcess } from './lab-process.js';
import { controlPlanePrograms } from './programs.js';
import { Recorder } from './recorder.js';
import { installSerin } from './serin-controller.js';
import { keepLogs } from './shared-lab.js';

/** A control plane of one's own whose Pods only say that they run, with Serin's and Istio's kinds. */
export interface KwokPlane {
  readonly plane: ControlPlane;
  readonly client: ClusterClient;
  /** By the name of their nodes. */
  readonly nodes: ReadonlyMap<string, LabProcess>;
  stop(): Promise<void>;
}

/** The same, and somebody who records every state. */
export interface KwokLab extends KwokPlane {
  readonly recorder: Recorder;
}

export interface KwokLabOptions extends Omit<ControlPlaneOptions, 'programs'> {
  /** Names its logs. */
  readonly name: string;
  readonly nodes: readonly KwokNodes[];
  /** Whose kinds and rights are there as well. */
  readonly frontends?: readonly FrontendName[];
}

/** Starts all of it but a controller of Serin's. */
export async function startKwokLab(options: KwokLabOptions, signal: AbortSignal): Promise<KwokLab> {
  const lab = await startKwokPlane(options, signal);
  try {
    const recorder = await Recorder.start(lab.client);
    const stop = async (): Promise<void> => {
      await recorder.stop();
      await lab.stop();
    };
    return { ...lab, recorder, stop };
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

/** Starts it without anybody who records. */
export async function startKwokPlane({ name, nodes, frontends, ...options }: KwokLabOptions, signal: AbortSignal): Promise<KwokPlane> {
  const plane = await startControlPlane({ programs: controlPlanePrograms('kubernetes'), admissionPlugins: ['OwnerReferencesPermissionEnforcement'], ...options }, signal);
  const ends: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end();
    await keepLogs(plane.directory, name);
    await plane.stop();
  };
  try {
    const { transport } = await loadKubeconfig({ env: {}, path: plane.kubeconfigs.admin });
    ends.push(() => transport.stop());
    const client = createClient(transport, { fieldManager: 'test' });
    for (const definition of istioDefinitions()) await client.apply(resources.customResourceDefinitions, definition, { fieldManager: 'lab', force: true, signal });
    await installSerin(client, signal, frontends);
    const started = new Map<string, LabProcess>();
    for (const group of nodes) {
      const kwok = await startKwok({ directory: plane.directory, kubeconfig: plane.kubeconfigs.admin, network: plane.network }, client, { forAll: true, ...group }, signal);
      started.set(group.name ?? 'kwok', kwok);
      ends.push(() => kwok.stop());
    }
    return { plane, client, nodes: started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const istioDefinitions = (): CustomResourceDefinition[] =>
  JSON.parse(readFileSync(new URL('../../../src/kubernetes/generated/istio-crds.json', import.meta.url), 'utf8')) as CustomResourceDefinition[];
