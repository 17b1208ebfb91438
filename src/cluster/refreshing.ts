/** Somebody's wish that a cache be listed anew, and how to end the watch that is under way for it. */
export class Refreshing {
  #asked = false;
  #end: (() => void) | undefined;

  /** Soon, once for all who ask meanwhile. */
  ask(): void {
    this.#asked = true;
    this.#end?.();
  }

  /** Whether somebody asked since the last time. */
  take(): boolean {
    const asked = this.#asked;
    this.#asked = false;
    return asked;
  }

  /** Says how to end what must not go on when somebody asks. @returns how to take that back */
  while(end: () => void): () => void {
    this.#end = end;
    if (this.#asked) end();
    return () => (this.#end = undefined);
  }
}
