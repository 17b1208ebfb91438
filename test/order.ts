import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { durations } from './durations.js';

/** Their tests mostly wait for programs that they have started; those of all others keep a core busy. */
const WAITING = /^test\/(dashboard|docs|image|kubectl|scenarios)\//;
/** Seconds of a file that is not named. */
const SHORT = 1;

/**
 * Puts the longest files first, so that none is left over for the end, and lays those that wait among those that work, so that
 * neither has the cores for itself.
 */
export class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const paths = (await super.sort(files)).map((file) => ({ file, path: relative(file.project.config.root, file.moduleId) }));
    return inOrder(paths).map(({ file }) => file);
  }
}

/** The order of files by their paths from the project's folder. @param seconds that files take */
export function inOrder<T extends { readonly path: string }>(files: readonly T[], seconds: Readonly<Record<string, number>> = durations): T[] {
  const placed = [true, false].flatMap((waits) => {
    const group = files.filter(({ path }) => WAITING.test(path) === waits).map((file) => ({ file, seconds: seconds[file.path] ?? SHORT })).sort((one, other) => other.seconds - one.seconds);
    const all = group.reduce((sum, each) => sum + each.seconds, 0);
    let before = 0;
    return group.map((each) => {
      const at = before / all;
      before += each.seconds;
      return { file: each.file, at };
    });
  });
  return placed.sort((one, other) => one.at - other.at).map(({ file }) => file);
}
