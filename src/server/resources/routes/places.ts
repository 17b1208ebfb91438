import { Type } from 'typebox';

/** Namespaces and names as Kubernetes takes them, so that nothing else gets into a request to the cluster. */
const NAMESPACE = '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$';
const NAME = '^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$';

const fields = {
  namespace: Type.String({ pattern: NAMESPACE, maxLength: 63, description: 'Its namespace.' }),
  name: Type.String({ pattern: NAME, maxLength: 253, description: 'Its name.' }),
};

/** Names one object. */
export const PlaceSchema = Type.Object(fields);
/** Names one object and what is to be done to it. */
export const ActionPlaceSchema = Type.Object({ ...fields, verb: Type.String({ maxLength: 40, description: 'What is to be done.' }) });
