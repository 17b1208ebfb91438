export { canonicalJson, cloneJson, deepEqual, deepFreeze, getOwn, isRecord, setOwn, withoutNulls } from '../schema/json.js';
