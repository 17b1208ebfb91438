export { deepEqual } from '../kubernetes/json.js';
