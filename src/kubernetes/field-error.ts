/** One problem at one place of an object, worded as Kubernetes words it. */
export type { Problem as FieldError } from '../schema/problem.js';
