import type { Version } from '../api/types.js';

/** An image as people call it: without registry and folders, and a digest cut short. */
export function shortImage(image: string): string {
  const [name = image, digest] = image.split('@');
  const short = name.slice(name.lastIndexOf('/') + 1);
  return digest === undefined || short.includes(':') ? short : `${short}@${digest.slice(0, 15)}`;
}

/** Two versions as people tell them apart: by images where these differ, else by hash. */
export function versionLabels(stable: Version, canary: Version): { stable: string; canary: string } {
  const of = (version: Version, other: Version): string => {
    const differing = version.images.filter((image) => !other.images.includes(image)).map(shortImage);
    return differing.length > 0 ? differing.join(', ') : version.hash === '' ? version.name : version.hash;
  };
  return { stable: of(stable, canary), canary: of(canary, stable) };
}
