import { applyComponent } from './apply-component.js';
import { canaryRollback } from './canary-rollback.js';
import { canaryRollout } from './canary-rollout.js';
import { notification } from './notification.js';
import type { StepHandler } from './step.js';
import { suspend } from './suspend.js';
import { webhook } from './webhook.js';

/** Who does a step, by its type; groups are the machine's. */
const handlers: Readonly<Record<string, StepHandler>> = {
  'apply-component': applyComponent,
  'canary-rollout': canaryRollout,
  'canary-rollback': canaryRollback,
  notification,
  suspend,
  webhook,
};

/** @returns undefined for a type that there is not, which the check of an Application refuses beforehand */
export const handlerOf = (type: string): StepHandler | undefined => (Object.hasOwn(handlers, type) ? handlers[type] : undefined);
