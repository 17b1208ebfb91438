/** Why a volume of a Pod cannot be filled yet, such as a ConfigMap that is missing; what a `FailedMount` Event says. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
}
