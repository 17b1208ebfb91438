export { canonicalJson, cloneJson, deepEqual, deepFreeze, getOwn, isRecord, setOwn } from '../schema/json.js';
