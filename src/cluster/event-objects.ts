import type { Event, ObjectReference } from '../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { EventNote } from './event-recorder.js';
import { microTime } from './micro-time.js';

/** The server refuses longer ones; in bytes. */
const LONGEST_MESSAGE = 1024;
const LONGEST_INSTANCE = 128;

/** The first Event of its kind. @param at milliseconds since the epoch @param suffix makes the name its own */
export function newEvent(
  about: KubernetesObject,
  note: EventNote,
  source: { readonly component: string; readonly instance: string },
  at: number,
  suffix: string,
): Event {
  // What has no namespace is told about in `default`, as everywhere.
  const namespace = about.metadata.namespace ?? 'default';
  const time = seconds(at);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.metadata.name.slice(0, 253 - suffix.length - 1)}.${suffix}`, namespace },
    involvedObject: referenceTo(about),
    ...(note.related ? { related: referenceTo(note.related) } : {}),
    type: note.type,
    reason: note.reason,
    action: note.action ?? note.reason,
    message: cut(note.message),
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
    eventTime: microTime(at),
    reportingComponent: source.component,
    reportingInstance: source.instance.slice(0, LONGEST_INSTANCE),
    source: { component: source.component },
  };
}

/** The Event counted up by one. */
export function repeatedEvent(event: Event, message: string, at: number): Event {
  return { ...event, message: cut(message), count: (event.count ?? 1) + 1, lastTimestamp: seconds(at) };
}

function referenceTo({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

function cut(message: string): string {
  if (Buffer.byteLength(message) <= LONGEST_MESSAGE) return message;
  const bytes = Buffer.from(message).subarray(0, LONGEST_MESSAGE - 3);
  // What was cut within a character is dropped.
  return `${new TextDecoder().decode(bytes, { stream: true })}…`;
}

function seconds(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
