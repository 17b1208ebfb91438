import type { FaultPort } from '../../src/ports/fault-port.js';
import type { Driver } from './driver.js';

/** Stops the controller dead at the write with this number. */
export class Killer implements FaultPort {
  readonly reached: string[] = [];
  readonly #at: number | undefined;
  isDead = false;

  constructor(at?: number) {
    this.#at = at;
  }

  reach(boundary: string): Promise<void> {
    this.reached.push(boundary);
    if (this.reached.length - 1 === this.#at) this.isDead = true;
    return this.isDead ? Promise.reject(new Error(`killed at ${boundary}`)) : Promise.resolve();
  }
}

/** Another controller takes over as soon as the first one dies. */
export function replaceKilled(driver: Driver, killer: Killer): void {
  let replaced = false;
  driver.onTick(() => {
    if (!killer.isDead || replaced) return;
    replaced = true;
    setImmediate(() => void driver.killController().then(() => driver.startController({ reach: () => Promise.resolve() })));
  });
}
