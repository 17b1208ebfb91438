import type { Value } from '../../../../frontends/argo/conditions/syntax.js';
import { isRecord } from '../../../../kubernetes/json.js';
import { parseJsonPath, valueAt } from '../../../../model/json-path.js';
import type { Requester } from '../../../../metrics/requesting/requester.js';
import type { Accesses } from './authentication.js';
import { NotMeasured, type Measured, type Provider } from './provider.js';

/** Seconds. */
const TIMEOUT = 10;

/** Asks a URL, and looks into the JSON that it answers with. */
export function webProvider({ requester, accesses }: { readonly requester: Requester; readonly accesses: Accesses }): Provider {
  return async ({ metric, secrets }, signal) => {
    const settings = metric.provider.web;
    if (!settings) throw new NotMeasured('it asks no URL');
    const access = await accesses.headersFor(settings.authentication, secrets, signal);
    const { url, body = '', jsonBody, timeoutSeconds = 0, jsonPath } = settings;
    const method = settings.method === 'POST' || settings.method === 'PUT' ? settings.method : 'GET';
    const sent = jsonBody === undefined ? body : JSON.stringify(jsonBody);
    const { status, text } = await requester.ask({
      url, method, ...(sent === '' ? {} : { body: sent }), timeout: (timeoutSeconds > 0 ? timeoutSeconds : TIMEOUT) * 1000, within: 0, repeatable: false, insecure: settings.insecure ?? false,
      secrets: [...secrets],
      headers: { ...Object.fromEntries((settings.headers ?? []).map(({ key, value }) => [key.toLowerCase(), value])), ...access, ...(jsonBody === undefined ? {} : { 'content-type': 'application/json' }) },
    }, signal);
    if (status === 401 || status === 403) accesses.doubt(settings.authentication);
    if (status < 200 || status > 299) throw new NotMeasured(`${new URL(url).host} answered ${status}`);
    return readAnswer(text, jsonPath ?? '');
  };
}

function readAnswer(text: string, jsonPath: string): Measured {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Without a path a text is a value like any other.
    if (jsonPath === '') return { result: text, value: text };
    throw new NotMeasured('the answer is no JSON');
  }
  const found = valueAt(json, parseJsonPath(jsonPath === '' ? '{$}' : jsonPath));
  if (found === undefined) throw new NotMeasured(`the answer has nothing at ${jsonPath}`);
  return { result: valueOf(found), value: JSON.stringify(found) };
}

/** Nothing that comes out of JSON.parse is lost. */
function valueOf(value: unknown): Value {
  if (Array.isArray(value)) return value.map(valueOf);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, valueOf(each)]));
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
