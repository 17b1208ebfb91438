import { updateManagedFields } from '../../../kubernetes/apply/apply.js';
import { invalidField } from '../../../kubernetes/field-errors.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { FieldError } from '../../../kubernetes/field-error.js';
import { isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject, UnknownObject } from '../../../kubernetes/objects.js';
import { badRequestStatus, conflictStatus, invalidStatus, notFoundStatus } from '../../../kubernetes/status.js';
import { API_AUDIENCE, type TokenClaims } from '../access/service-account-token.js';
import { fail, jsonAnswer, type Answer } from '../request/answer.js';
import { parseObjectBody } from '../request/body.js';
import type { Call, ServerContext } from '../server-context.js';
import { timestamp } from '../writes/identity.js';
import { readWriteOptions } from '../writes/write-options.js';
import { keyOf } from './read.js';

type Fields = Record<string, unknown>;

const TYPE = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1' };
const TARGET = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const SCHEMA = 'io.k8s.api.authentication.v1.TokenRequest';
const USUAL_SECONDS = 3600;
const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;
const BINDABLE: Readonly<Record<string, { plural: string; claim: 'pod' | 'secret' }>> = { Pod: { plural: 'pods', claim: 'pod' }, Secret: { plural: 'secrets', claim: 'secret' } };

/** Answers a POST to the `token` of a ServiceAccount: a signed token, which is kept nowhere. */
export function createAccountToken(server: ServerContext, call: Call): Answer {
  const { fieldManager: manager } = readWriteOptions(call, 'CreateOptions');
  const { namespace = '', name = '' } = call;
  const content = parseObjectBody(call.body, call.headers['content-type'], TYPE.kind);
  const asked: Fields = isRecord(content) && isRecord(content['spec']) ? content['spec'] : {};
  const metadata: Fields = isRecord(content) && isRecord(content['metadata']) ? content['metadata'] : {};
  refuseOther(metadata, { name, namespace }, name);
  const account = server.store.get(call.served.collection, keyOf(call))?.object ?? fail(notFoundStatus(call.served.kind.resource, name));
  const { uid = '' } = account.metadata;
  const seconds = typeof asked['expirationSeconds'] === 'number' ? asked['expirationSeconds'] : USUAL_SECONDS;
  const problems = secondsProblems(seconds);
  if (problems.length > 0) fail(invalidStatus(TARGET, '', problems));
  const audiences = Array.isArray(asked['audiences']) && asked['audiences'].length > 0 ? asked['audiences'].map(String) : [API_AUDIENCE];
  const token = server.authentication.issue({ namespace, account: { name, uid }, audiences, ...bindingOf(server, asked['boundObjectRef'], namespace, name) }, seconds);
  const now = server.clock.now();
  const schema = server.schemas.document.schema(SCHEMA);
  // What was asked has a writer, like any object.
  const object: UnknownObject = { ...TYPE, metadata: { name }, spec: asked };
  const written = schema === undefined ? object : updateManagedFields(undefined, object, { schema, builtIn: true, manager, now: timestamp(now), subresource: 'token' });
  const { managedFields } = written.metadata;
  return jsonAnswer(201, {
    ...TYPE,
    metadata: { name, namespace, uid, creationTimestamp: timestamp(now), ...(managedFields === undefined ? {} : { managedFields }) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: asked['boundObjectRef'] ?? null },
    status: { token, expirationTimestamp: timestamp(now + seconds * 1000) },
  });
}

function refuseOther(metadata: Fields, place: Readonly<Record<'name' | 'namespace', string>>, name: string): void {
  for (const field of ['name', 'namespace'] as const) {
    const given = metadata[field];
    if (typeof given !== 'string' || given === '' || given === place[field]) continue;
    fail(invalidStatus(TARGET, name, [invalidField(`metadata.${field}`, given, `must match the service account ${field} if specified`)]));
  }
}

function secondsProblems(seconds: number): FieldError[] {
  const field = 'spec.expirationSeconds';
  if (seconds < LEAST_SECONDS) return [invalidField(field, seconds, 'may not specify a duration less than 10 minutes')];
  return seconds > MOST_SECONDS ? [invalidField(field, seconds, 'may not specify a duration larger than 2^32 seconds')] : [];
}

/** @throws ApiFailure 400, 404, 409 */
function bindingOf(server: ServerContext, reference: unknown, namespace: string, account: string): Pick<TokenClaims, 'pod' | 'secret'> {
  if (!isRecord(reference)) return {};
  const { kind, name, apiVersion, uid = '' } = reference;
  const found = BINDABLE[String(kind)];
  if (found === undefined || apiVersion !== 'v1') return fail(badRequestStatus(`cannot bind token to object of type ${String(apiVersion)}, Kind=${String(kind)}`));
  const target = { group: '', plural: found.plural, kind: String(kind) };
  const object: KubernetesObject = server.store.get(`/${found.plural}`, `${namespace}/${String(name)}`)?.object ?? fail(notFoundStatus(target, String(name)));
  if (found.claim === 'pod' && ((object as Pod).spec?.serviceAccountName ?? '') !== account) {
    fail(badRequestStatus(`cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`));
  }
  if (uid !== '' && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${String(uid)}) does not match the UID in record. The object might have been deleted and then recreated`;
    fail(conflictStatus({ ...target, plural: target.kind }, String(name), why));
  }
  return { [found.claim]: { name: String(name), uid: object.metadata.uid ?? '' } };
}
