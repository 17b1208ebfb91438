import { Type, type Static } from 'typebox';
import { StringEnum } from '../../../schema/typebox.js';

const Optional = Type.Optional;
const Required = (description: string) => Type.String({ minLength: 1, description });
const Mode = (ordinary: number, description: string) => Type.Integer({ minimum: 0, maximum: 0o777, default: ordinary, description });

const place = { name: Required('What the volume is called.'), mountPath: Required('Where it is mounted.') };

const newPlace = { ...place, subPath: Optional(Required('Only this path of the volume.')) };

const items = Optional(
  Type.Array(Type.Object({ key: Required('The key.'), path: Required('The file that holds it.'), mode: Mode(0o777, 'Permissions of the file.') }), { description: 'Only these keys; all of them when absent.' }),
);
const fileMode = Mode(0o644, 'Permissions of the files.');
const medium = StringEnum(['', 'Memory'] as const, { default: '', description: 'Memory, or the disk of the node when empty.' });

const VOLUME_TYPES = ['pvc', 'configMap', 'secret', 'emptyDir'] as const;

/** A volume in the older way; which fields go with which type stands in `volumeFields`. */
export const VolumeSchema = Type.Object({
  ...place,
  type: StringEnum(VOLUME_TYPES, { default: 'emptyDir', description: 'pvc, configMap, secret or emptyDir, which it is when absent.' }),
  claimName: Optional(Required('The PersistentVolumeClaim of a pvc.')),
  cmName: Optional(Required('The ConfigMap of a configMap.')),
  secretName: Optional(Required('The Secret of a secret.')),
  defaultMode: Optional(Type.Integer({ minimum: 0, maximum: 0o777, description: 'Permissions of the files; 420 (0644) when absent.' })),
  items,
  medium: Optional(StringEnum(['', 'Memory'] as const, { description: 'Of an emptyDir: Memory, or the disk of the node when empty.' })),
});
export type OldVolume = Static<typeof VolumeSchema>;

/** Beside name, mountPath and type: the field that a volume of this type must have, and those that it may have. */
export const volumeFields: Readonly<Record<OldVolume['type'], { readonly needs?: 'claimName' | 'cmName' | 'secretName'; readonly may: readonly string[] }>> = {
  pvc: { needs: 'claimName', may: [] },
  configMap: { needs: 'cmName', may: ['defaultMode', 'items'] },
  secret: { needs: 'secretName', may: ['defaultMode', 'items'] },
  emptyDir: { may: ['medium'] },
};

/** Volumes by their kind. */
export const VolumeMountsSchema = Type.Object({
  pvc: Optional(Type.Array(Type.Object({ ...newPlace, claimName: Required('The PersistentVolumeClaim.') }))),
  configMap: Optional(Type.Array(Type.Object({ ...newPlace, cmName: Required('The ConfigMap.'), defaultMode: fileMode, items }))),
  secret: Optional(Type.Array(Type.Object({ ...newPlace, secretName: Required('The Secret.'), defaultMode: fileMode, items }))),
  emptyDir: Optional(Type.Array(Type.Object({ ...newPlace, medium }))),
  hostPath: Optional(Type.Array(Type.Object({ ...newPlace, path: Required('The folder of the node.') }))),
});
export type VolumeMounts = Static<typeof VolumeMountsSchema>;
