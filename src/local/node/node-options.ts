import { parseArgs } from 'node:util';
import type { MountChoice } from './volumes/mount-mode.js';

/** What `--help` says. */
export const NODE_USAGE = `usage: node main.js --kubeconfig FILE --state-directory DIR [--name NAME] [--pod-range CIDR]
       [--images FILE]… [--log-directory DIR] [--addresses-directory DIR | --real-addresses] [--mounts auto|namespace|folder]
       node main.js --end-processes --state-directory DIR`;

/** Command line of the node's process. */
export interface NodeOptions {
  readonly kubeconfig: string;
  readonly name: string;
  readonly images: readonly string[];
  readonly logDirectory: string;
  readonly podRange: string;
  readonly stateDirectory: string;
  /** Addresses of Pods and Services are those of real interfaces. */
  readonly realAddresses: boolean;
  /** Where the cluster's address map is recorded. */
  readonly addressesDirectory: string;
  /** How the files of volumes come before processes. */
  readonly mounts: MountChoice;
  /** Only end what an earlier run left. */
  readonly endProcesses: boolean;
}

/** @throws Error saying what is wrong */
export function parseNodeOptions(args: readonly string[]): NodeOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kubeconfig: { type: 'string', default: '' },
      name: { type: 'string', default: 'node-0' },
      images: { type: 'string', multiple: true, default: [] },
      'log-directory': { type: 'string' },
      'pod-range': { type: 'string', default: '10.244.0.0/24' },
      'state-directory': { type: 'string', default: '' },
      'real-addresses': { type: 'boolean', default: false },
      'addresses-directory': { type: 'string' },
      'end-processes': { type: 'boolean', default: false },
      mounts: { type: 'string', default: 'auto' },
    },
  });
  const { kubeconfig, name, images } = values;
  const stateDirectory = values['state-directory'];
  const endProcesses = values['end-processes'];
  if (stateDirectory === '') throw new Error('--state-directory is missing');
  if (kubeconfig === '' && !endProcesses) throw new Error('--kubeconfig is missing');
  return {
    kubeconfig,
    name,
    images,
    logDirectory: values['log-directory'] ?? `${stateDirectory}/logs`,
    podRange: values['pod-range'],
    stateDirectory,
    realAddresses: values['real-addresses'],
    addressesDirectory: values['addresses-directory'] ?? stateDirectory,
    mounts: parseMounts(values.mounts),
    endProcesses,
  };
}

function parseMounts(text: string): MountChoice {
  if (text === 'auto' || text === 'namespace' || text === 'folder') return text;
  throw new Error(`--mounts ${text}: must be auto, namespace or folder`);
}
