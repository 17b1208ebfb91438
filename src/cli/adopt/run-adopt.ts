import { send } from '../../controller/eject/run-eject.js';
import type { Clock } from '../../ports/clock.js';
import { CliError } from '../errors.js';
import type { Reading } from './reading.js';
import type { AdoptAction } from './step.js';

interface AdoptContext extends Reading {
  readonly clock: Clock;
  /** Told what is done, and what is waited for. */
  readonly tell: (line: string) => void;
}

/** How often is looked while something is waited for, in milliseconds. */
const LOOK_AGAIN = 500;

/** By this name the writes are known. */
const FIELD_MANAGER = 'serin-adopt';

/**
 * Does one step after the other, each decided by what stands there then.
 * @param next what comes next now; looks at the cluster @throws CliError where it may not go on
 */
export async function runAdopt(namespace: string, next: () => Promise<AdoptAction>, context: AdoptContext): Promise<void> {
  const { clock, signal, tell } = context;
  for (let waited = ''; ; ) {
    const action = await next();
    switch (action.do) {
      case 'done':
        return;
      case 'refuse':
        throw new CliError(action.why);
      case 'wait':
        if (action.waitsFor !== waited) tell(`Waits for ${action.waitsFor}`);
        waited = action.waitsFor;
        await clock.sleep(LOOK_AGAIN, signal);
        break;
      case 'write':
        if (await send(action.write, namespace, context, FIELD_MANAGER)) tell(`${action.says}.`);
        else await clock.sleep(LOOK_AGAIN / 5, signal);
        break;
    }
  }
}
