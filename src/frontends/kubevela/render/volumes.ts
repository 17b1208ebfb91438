import type { Volume, VolumeMount } from '../../../kubernetes/generated/core-v1.js';
import { deepEqual } from '../../../kubernetes/json.js';
import type { OldVolume } from '../properties/volumes.js';
import type { Webservice } from '../properties/webservice.js';

interface Mounted {
  readonly volume: Volume;
  readonly mount: VolumeMount;
}

/**
 * The volumes of the Pods and where they are mounted. `volumeMounts` takes the place of the older `volumes`. One that is
 * mounted at several places is there once.
 */
export function volumesOf({ volumeMounts, volumes = [] }: Webservice): { volumes: Volume[]; volumeMounts: VolumeMount[] } {
  const mounted = volumeMounts === undefined ? volumes.map(oldVolume) : newVolumes(volumeMounts);
  const all = mounted.map(({ volume }) => volume);
  return { volumes: all.filter((volume, index) => all.findIndex((other) => deepEqual(volume, other)) === index), volumeMounts: mounted.map(({ mount }) => mount) };
}

interface Place {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
}

const at = ({ name, mountPath, subPath }: Place, source: Omit<Volume, 'name'>): Mounted => ({
  volume: { name, ...source },
  mount: { name, mountPath, ...(subPath === undefined ? {} : { subPath }) },
});

function newVolumes({ pvc = [], configMap = [], secret = [], emptyDir = [], hostPath = [] }: NonNullable<Webservice['volumeMounts']>): Mounted[] {
  return [
    ...pvc.map((each) => at(each, { persistentVolumeClaim: { claimName: each.claimName } })),
    ...configMap.map((each) => at(each, { configMap: { name: each.cmName, ...files(each) } })),
    ...secret.map((each) => at(each, { secret: { secretName: each.secretName, ...files(each) } })),
    ...emptyDir.map((each) => at(each, { emptyDir: memory(each) })),
    ...hostPath.map((each) => at(each, { hostPath: { path: each.path } })),
  ];
}

function oldVolume(volume: OldVolume): Mounted {
  switch (volume.type) {
    case 'pvc': return at(volume, { persistentVolumeClaim: { claimName: volume.claimName ?? '' } });
    case 'configMap': return at(volume, { configMap: { name: volume.cmName ?? '', ...files(volume) } });
    case 'secret': return at(volume, { secret: { secretName: volume.secretName ?? '', ...files(volume) } });
    case 'emptyDir': return at(volume, { emptyDir: memory(volume) });
  }
}

type Items = NonNullable<OldVolume['items']>;
const files = ({ defaultMode = 0o644, items }: { defaultMode?: number | undefined; items?: Items | undefined }): { defaultMode: number; items?: Items } =>
  ({ defaultMode, ...(items === undefined ? {} : { items }) });
/** An empty medium is the ordinary one, which a server leaves out. */
const memory = ({ medium }: { medium?: '' | 'Memory' | undefined }): { medium?: string } => (medium === 'Memory' ? { medium } : {});
