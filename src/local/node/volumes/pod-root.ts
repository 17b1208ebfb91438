import type { Container, Pod } from '../../../kubernetes/generated/core-v1.js';
import { ContainerConfigError } from '../environment/container-config-error.js';
import type { LocalImage } from '../images/image-table.js';
import { isImplicitToken } from './implicit-token.js';
import type { MountMode } from './mount-mode.js';
import { isFilled } from './volume-content.js';

/** Names the folder below which a container finds its volumes; empty where it finds them at their `mountPath`. */
export const POD_ROOT = 'SERIN_POD_ROOT';

/**
 * Without mount namespaces, a container whose volumes hold configuration must say that it looks for them below SERIN_POD_ROOT.
 * @throws ContainerConfigError naming the mounts and the remedy
 */
export function assertUsable(mode: MountMode, container: Container, { spec }: Pod, image: LocalImage): void {
  if (mode.kind === 'namespace') return;
  const filled = new Set((spec.volumes ?? []).filter((volume) => isFilled(volume) && !isImplicitToken(volume)).map(({ name }) => name));
  const paths = (container.volumeMounts ?? []).filter(({ name }) => filled.has(name)).map(({ mountPath }) => mountPath);
  if (paths.length === 0) return;
  const { command = [], args = [], env = [] } = container;
  const texts = [...command, ...args, ...image.command, ...image.args, ...Object.values(image.env), ...env.map(({ value = '' }) => value)];
  if (texts.some((text) => text.includes(POD_ROOT))) return;
  throw new ContainerConfigError(
    `this system gives no mount namespace, so nothing can be mounted at ${paths.join(', ')}: let the container read $${POD_ROOT}${paths[0] ?? ''} and name ${POD_ROOT} in its command, args or env`,
  );
}
