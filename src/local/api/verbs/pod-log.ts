import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { badRequestStatus, notFoundStatus } from '../../../kubernetes/status.js';
import type { LogOptions } from '../log-source.js';
import { fail, textAnswer, type Answer } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { keyOf } from './read.js';
import { isTrue } from '../request/flag.js';

/** Answers what a container of a Pod has written. */
export async function readLog(server: ServerContext, call: Call): Promise<Answer> {
  const { query, name = '', namespace = '' } = call;
  const stored = server.store.get(call.served.collection, keyOf(call)) ?? fail(notFoundStatus(call.served.kind.resource, name));
  const pod = stored.object as Pod;
  const container = chooseContainer(pod, query.get('container') ?? '');
  if (!pod.spec?.nodeName) return textAnswer(200, '');
  const status = pod.status?.containerStatuses?.find((each) => each.name === container);
  const target = { namespace, pod: name, uid: pod.metadata.uid ?? '', container, restartCount: status?.restartCount ?? 0 };
  const options = readOptions(call);
  if (options.previous && target.restartCount === 0) {
    return fail(badRequestStatus(`previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`));
  }
  if (server.logs === undefined) return textAnswer(200, '');
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: server.logs.read(target, options) };
}

function readOptions({ query, signal }: Call): LogOptions {
  const number = (name: string): number | undefined => (query.has(name) ? Number(query.get(name)) : undefined);
  const tailLines = number('tailLines');
  const limitBytes = number('limitBytes');
  const sinceSeconds = number('sinceSeconds');
  return {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function chooseContainer(pod: Pod, asked: string): string {
  const { name } = pod.metadata;
  const names = (pod.spec?.containers ?? []).map((container) => container.name);
  const initial = (pod.spec?.initContainers ?? []).map((container) => container.name);
  if (asked === '') {
    const [only] = names;
    if (names.length === 1 && only !== undefined) return only;
    const inits = initial.length > 0 ? ` or one of the init containers: [${initial.join(' ')}]` : '';
    return fail(badRequestStatus(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]${inits}`));
  }
  return [...names, ...initial].includes(asked) ? asked : fail(badRequestStatus(`container ${asked} is not valid for pod ${name}`));
}
