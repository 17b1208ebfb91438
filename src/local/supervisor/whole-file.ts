import { rename, writeFile } from 'node:fs/promises';

/** Writes a file so that nobody ever reads half of it. */
export async function writeWhole(file: string, text: string, mode = 0o644): Promise<void> {
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, text, { mode });
  await rename(fresh, file);
}
