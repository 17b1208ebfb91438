import { vi } from 'vitest';

/** Resolves as soon as the condition holds; fails after 20 s with what was waited for. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  await vi.waitFor(
    () => {
      if (!condition()) throw new Error(`waited in vain for ${what}`);
    },
    { timeout: 20_000, interval: 5 },
  );
}
