import { isConflict, isInvalid, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { Clock } from '../../ports/clock.js';
import type { RoutingWrite } from '../../routers/router.js';
import { guarded } from '../routing.js';
import { look } from './look.js';
import { Memory } from './memory.js';
import { nextEjectAction, type EjectOptions } from './plan.js';

export interface EjectContext {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told what is done, and what is waited for. */
  readonly tell: (line: string) => void;
}

/** How often is looked while something is waited for, in milliseconds. */
const LOOK_AGAIN = 500;

/**
 * Takes everything of Serin away from one policy's workload, and the policy with it. Needs no controller and gets along with
 * one. @returns how many writes it took, or why it may not be done
 */
export async function runEject(name: { readonly name: string; readonly namespace: string }, options: EjectOptions, context: EjectContext): Promise<{ readonly writes: number } | { readonly refused: string }> {
  const memory = new Memory(context.clock);
  let waited = '';
  for (let writes = 0; ; ) {
    const action = nextEjectAction(await look(name, context, memory, context.clock.now()), options);
    switch (action.do) {
      case 'done':
        return { writes };
      case 'refuse':
        return { refused: action.why };
      case 'wait':
        if (action.waitsFor !== waited) context.tell(`Waits for ${action.waitsFor}`);
        waited = action.waitsFor;
        await context.clock.sleep(LOOK_AGAIN, context.signal);
        break;
      case 'write':
        if (await send(action.write, name.namespace, context)) {
          context.tell(`${action.says}.`);
          writes++;
        } else await context.clock.sleep(LOOK_AGAIN / 5, context.signal);
        break;
    }
  }
}

/** Does one write. @param home the namespace where the write names none @returns false when somebody else was faster, so that it has to be looked at again */
export async function send(write: RoutingWrite, home: string, { client, signal }: Pick<EjectContext, 'client' | 'signal'>, fieldManager = FIELD_MANAGER): Promise<boolean> {
  const { resource } = write;
  const place = (namespace = home): { namespace?: string } => (resource.namespaced ? { namespace } : {});
  try {
    switch (write.action) {
      case 'create':
        await client.create(resource, write.object, { fieldManager, signal });
        return true;
      case 'patch':
        await client.patch(resource, { name: write.name, ...place(write.namespace) }, { kind: write.patchKind, body: guarded(write) }, { fieldManager, signal });
        return true;
      case 'delete':
        await client.delete(resource, { name: write.name, ...place(write.namespace) }, { propagationPolicy: 'Background', preconditions: { resourceVersion: write.resourceVersion }, signal });
        return true;
    }
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return false;
    // A JSON patch of a field that went meanwhile does not even reach the comparison of versions.
    if (write.action === 'patch' && isInvalid(error)) {
      const present = await client.find(resource, { name: write.name, ...place(write.namespace) }, { signal });
      if (present?.metadata.resourceVersion !== write.resourceVersion) return false;
    }
    throw error;
  }
}

/** By this name the routers tell our own writes from those of others. */
const FIELD_MANAGER = 'serin-eject';
