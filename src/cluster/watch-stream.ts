import { isRecord } from '../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { MalformedAnswer, objectOf, parseJson, watchErrorOf } from './api-answer.js';
import type { WatchEvent } from './client.js';

/** Cuts text that comes in pieces into lines. A last line without its end is dropped: it was cut off and will come again. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      pieces.push(chunk.slice(start, end));
      const line = pieces.join('');
      pieces = [];
      start = end + 1;
      if (line.trim() !== '') yield line;
    }
    if (start < chunk.length) pieces.push(chunk.slice(start));
  }
}

/**
 * The events of a watch's body.
 * @throws ApiError for an ERROR event (410 for a version too old)
 * @throws MalformedAnswer for a whole line that is no event
 */
export async function* watchEvents<T extends KubernetesObject>(
  resource: Resource<T>,
  chunks: AsyncIterable<string>,
  request: string,
): AsyncGenerator<WatchEvent<T>> {
  for await (const line of linesOf(chunks)) yield parseWatchEvent(resource, line, request);
}

/** One line of a watch. @throws as `watchEvents` */
export function parseWatchEvent<T extends KubernetesObject>(resource: Resource<T>, line: string, request: string): WatchEvent<T> {
  const event = parseJson(line, request);
  if (!isRecord(event)) throw new MalformedAnswer(`${request}: a line of the watch is not an event`);
  switch (event['type']) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event['type'], object: objectOf(resource, event['object'], request) };
    case 'BOOKMARK': {
      const version = objectOf(resource, event['object'], request).metadata.resourceVersion;
      if (version === undefined || version === '') throw new MalformedAnswer(`${request}: a bookmark without resourceVersion`);
      return { type: 'BOOKMARK', resourceVersion: version };
    }
    case 'ERROR':
      throw watchErrorOf(event['object'], request);
    default:
      throw new MalformedAnswer(`${request}: a watch event of type ${JSON.stringify(event['type'])} is unknown`);
  }
}
