/** Why a container cannot be made from its spec, such as a ConfigMap key that is missing; what `CreateContainerConfigError` says. */
export class ContainerConfigError extends Error {
  override readonly name = 'ContainerConfigError';
}
