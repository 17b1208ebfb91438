import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterClient } from '../../../src/cluster/client.js';
import { isConditionTrue } from '../../../src/kubernetes/conditions.js';
import { resources } from '../../../src/kubernetes/resources.js';
import type { ControlPlane } from './control-plane.js';
import { LabProcess } from './lab-process.js';
import { dist, project } from './project.js';

const examples = join(project, 'examples');
/** Programs that do what tests need. */
const labImages = join(project, 'test', 'kubernetes', 'lab', 'images.json');

/** The image tables of all examples. */
const exampleImages = (): string[] => readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('images.json')).map((file) => join(examples, file));

export interface SerinNodeOptions {
  /** From 0. */
  readonly index?: number;
  /** Image tables beside those of the examples. */
  readonly images?: readonly string[];
}

/** Serin's own node beside a real API server: Pods are real processes at real addresses. Resolves when the Node is ready. */
export async function startSerinNode(plane: ControlPlane, client: ClusterClient, { index = 0, images = [] }: SerinNodeOptions, signal: AbortSignal): Promise<LabProcess> {
  const name = `node-${index}`;
  const state = join(plane.directory, name);
  await mkdir(state);
  const node = LabProcess.start({
    name,
    path: process.execPath,
    args: [
      ...[join(dist, 'local', 'node', 'main.js'), '--kubeconfig', plane.kubeconfigs.node, '--name', name, '--real-addresses'],
      ...['--pod-range', plane.network.podRange(index), '--state-directory', state, '--log-directory', join(state, 'pod-logs')],
      ...[...exampleImages(), labImages, ...images].flatMap((file) => ['--images', file]),
    ],
    log: join(plane.directory, `${name}.log`),
  });
  await node.until('ready', async () => isConditionTrue((await client.get(resources.nodes, { name })).status?.conditions, 'Ready'), { signal });
  return node;
}
