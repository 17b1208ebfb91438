import { calling } from './calling.js';
import type { StepHandler } from './step.js';

/** Sends messages to people. */
export const notification: StepHandler = ({ properties }, record, context) => calling(record, context, 'notification', properties);
