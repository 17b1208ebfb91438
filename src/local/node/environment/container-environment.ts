import { dirname } from 'node:path';
import type { Container, EnvVar, Pod } from '../../../kubernetes/generated/core-v1.js';
import type { LocalImage } from '../images/image-table.js';
import { POD_ROOT } from '../volumes/pod-root.js';
import type { ConfigurationSource } from './configuration-source.js';
import { containerResource, podField, type PodAddresses } from './downward.js';
import { expandVariables } from './expansion.js';

/** Where a process listens and through what it reaches Services; from the address map. */
export interface ContainerNetwork extends PodAddresses {
  readonly port: number;
  /** URL of the proxy that stands for the mesh's sidecar. */
  readonly proxy: string;
}

/** What the environment of a process is made of. */
export interface EnvironmentInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: LocalImage;
  readonly network: ContainerNetwork;
  /** A folder of the Pod. */
  readonly home: string;
  /** What SERIN_POD_ROOT says. */
  readonly podRoot: string;
  /** Folders of the volumes, by volume name. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly serviceVariables: Readonly<Record<string, string>>;
  readonly configuration: ConfigurationSource;
  readonly allocatable: Readonly<Record<string, string>>;
}

/**
 * The whole environment of a container's process; nothing of the node's own but PATH, TZ and LANG gets in. Later ones
 * win: the machine, HOST and PORT and the proxy, the image, Services, `envFrom`, `env`.
 * @throws ContainerConfigError when something it refers to is missing
 */
export async function containerEnvironment(input: EnvironmentInput): Promise<Record<string, string>> {
  const { pod, container, image, network } = input;
  const variables: Record<string, string> = {
    ...machineVariables(input.home),
    ...volumeVariables(input),
    [POD_ROOT]: input.podRoot,
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
    HOST: network.podHost,
    PORT: String(network.port),
    HTTP_PROXY: network.proxy,
    http_proxy: network.proxy,
    NO_PROXY: '',
    no_proxy: '',
    ...image.env,
    ...input.serviceVariables,
  };
  for (const source of container.envFrom ?? []) Object.assign(variables, await input.configuration.all(source));
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, input, variables);
    if (value !== undefined) variables[variable.name] = value;
  }
  return variables;
}

async function valueOf(variable: EnvVar, input: EnvironmentInput, variables: Readonly<Record<string, string>>): Promise<string | undefined> {
  const { value, valueFrom } = variable;
  if (valueFrom === undefined) return expandVariables(value ?? '', variables);
  if (valueFrom.fieldRef !== undefined) return podField(valueFrom.fieldRef, input.pod, input.network);
  if (valueFrom.resourceFieldRef !== undefined) {
    return containerResource(valueFrom.resourceFieldRef, input.container, input.pod, input.allocatable);
  }
  return input.configuration.value(valueFrom);
}

function machineVariables(home: string): Record<string, string> {
  const { PATH = '/usr/local/bin:/usr/bin:/bin', TZ, LANG } = process.env;
  return {
    // `node` in an image table is the Node that runs this, wherever it is installed.
    PATH: `${dirname(process.execPath)}:${PATH}`,
    HOME: home,
    TMPDIR: home,
    ...(TZ === undefined ? {} : { TZ }),
    ...(LANG === undefined ? {} : { LANG }),
  };
}

/** `VOLUME_CACHE` says where on this machine the volume `cache` is. */
function volumeVariables({ container, volumes }: EnvironmentInput): Record<string, string> {
  const entries = (container.volumeMounts ?? []).flatMap(({ name }): [string, string][] => {
    const folder = volumes[name];
    return folder === undefined ? [] : [[`VOLUME_${name.replaceAll('-', '_').toUpperCase()}`, folder]];
  });
  return Object.fromEntries(entries);
}
