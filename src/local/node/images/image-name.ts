/** The ways to write one image: as given, without the default registry, with and without the default tag, without a digest. */
export function imageNames(image: string): string[] {
  const [withoutDigest = image] = image.split('@');
  const short = withoutDigest.replace(/^docker\.io\//, '').replace(/^library\//, '');
  const tagged = /:[^/]*$/.test(short);
  const bare = short.replace(/:latest$/, '');
  return [...new Set([image, withoutDigest, short, bare, ...(tagged ? [] : [`${short}:latest`])])];
}

/** The image without tag and digest. */
export function imageRepository(image: string): string {
  const [withoutDigest = image] = image.split('@');
  return withoutDigest.replace(/:[^/:]*$/, '');
}
