const AT_ONCE = 32;

/** Does something with all, some at once. */
export async function forAll<T>(all: readonly T[], each: (one: T) => Promise<unknown>, atOnce = AT_ONCE): Promise<void> {
  const waiting = all.values();
  const worker = async (): Promise<void> => {
    for (const one of waiting) await each(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
