import type { Event } from '../../../../kubernetes/generated/core-v1.js';
import { column, nameColumn, wideColumn } from '../columns.js';
import { ageSince } from '../duration.js';
import type { TableColumn } from '../kind.js';

/** Events are told by when they were last seen; their names mean nothing. */
export const eventColumns: readonly TableColumn[] = [
  column<Event>('Last Seen', 'Time since it last happened.', lastSeen),
  column<Event>('Type', 'Normal or Warning.', ({ type }) => type ?? ''),
  column<Event>('Reason', 'Why, in one word.', ({ reason }) => reason ?? ''),
  column<Event>('Object', 'The object it is about.', ({ involvedObject: { kind = '', name = '' } }) =>
    name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`,
  ),
  wideColumn<Event>('Subobject', 'The part of the object it is about.', ({ involvedObject }) => involvedObject.fieldPath ?? ''),
  wideColumn<Event>('Source', 'Who reported it.', sourceOf),
  column<Event>('Message', 'What happened.', ({ message }) => (message ?? '').trim()),
  wideColumn<Event>('First Seen', 'Time since it first happened.', firstSeen),
  wideColumn<Event>('Count', 'How often it happened.', ({ series, count }) => series?.count ?? (count || 1)),
  { ...nameColumn, priority: 1 },
];

function firstSeen({ firstTimestamp, eventTime }: Event, now: number): string {
  return ageSince(firstTimestamp || eventTime, now);
}

function lastSeen(event: Event, now: number): string {
  if (event.series?.lastObservedTime !== undefined) return ageSince(event.series.lastObservedTime, now);
  return event.lastTimestamp ? ageSince(event.lastTimestamp, now) : firstSeen(event, now);
}

function sourceOf({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const instance = source?.host || reportingInstance || '';
  return instance === '' ? component : `${component}, ${instance}`;
}
