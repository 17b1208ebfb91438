import type { Container, DownwardAPIVolumeFile, Pod } from '../../../kubernetes/generated/core-v1.js';
import { containerResource, podField, type PodAddresses } from '../environment/downward.js';
import type { VolumeFile } from './atomic-folder.js';

const NO_CONTAINER: Container = { name: '' };

/** What the Pod says of itself, as files. @throws ContainerConfigError for a field that there is not */
export function downwardFiles(items: readonly DownwardAPIVolumeFile[], defaultMode: number, pod: Pod, addresses: PodAddresses, allocatable: Readonly<Record<string, string>>): [string, VolumeFile][] {
  return items.map(({ path, fieldRef, resourceFieldRef, mode = defaultMode }) => {
    const text =
      fieldRef !== undefined ? fieldText(fieldRef.fieldPath, pod, addresses) : resourceFieldRef === undefined ? '' : containerResource(resourceFieldRef, NO_CONTAINER, pod, allocatable);
    return [path, { data: Buffer.from(text), mode }];
  });
}

function fieldText(fieldPath: string, pod: Pod, addresses: PodAddresses): string {
  if (fieldPath === 'metadata.labels') return lines(pod.metadata.labels);
  if (fieldPath === 'metadata.annotations') return lines(pod.metadata.annotations);
  return podField({ fieldPath }, pod, addresses);
}

/** `key="value"` line by line, by key. */
function lines(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}
