import type { Event as CoreEvent } from '../../../kubernetes/generated/core-v1.js';
import type { Event } from '../../../kubernetes/generated/events-v1.js';
import type { FieldError } from '../../../kubernetes/field-error.js';
import { invalidField, requiredField } from '../../../kubernetes/field-errors.js';
import { eventColumns } from '../kinds/events/event-columns.js';
import { defineKind } from '../kinds/definition.js';
import type { KindView } from './kind-view.js';

/** Events of events.k8s.io/v1: those of the core group under other names. */
export const eventView: KindView = {
  kind: defineKind<Event>({
    resource: { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true },
    schemaName: 'io.k8s.api.events.v1.Event',
    shortNames: ['ev'],
    allColumns: eventColumns,
  }),
  storedAs: { group: '', version: 'v1', plural: 'events' },
  toStored: (object) => toStored(object as Event),
  fromStored: (object) => fromStored(object as CoreEvent),
  check: (object) => problems(object as CoreEvent),
};

function toStored({ metadata, regarding, related, note, reason, type, action, eventTime, series, reportingController, reportingInstance, deprecatedSource, ...old }: Event): CoreEvent {
  const given = { related, reason, type, action, eventTime, series, reportingInstance, message: note, source: deprecatedSource, reportingComponent: reportingController };
  const past = { firstTimestamp: old.deprecatedFirstTimestamp, lastTimestamp: old.deprecatedLastTimestamp, count: old.deprecatedCount };
  return { apiVersion: 'v1', kind: 'Event', metadata, involvedObject: regarding ?? {}, ...known({ ...given, ...past }) };
}

function fromStored({ metadata, involvedObject, related, message, reason, type, action, eventTime, series, reportingComponent, reportingInstance, source, ...old }: CoreEvent): Event {
  const given = { related, reason, type, action, series, note: message, deprecatedCount: old.count };
  const named = { reportingController: reportingComponent === '' ? undefined : reportingComponent, reportingInstance: reportingInstance === '' ? undefined : reportingInstance };
  const event: Event = { kind: 'Event', apiVersion: 'events.k8s.io/v1', metadata, eventTime: eventTime ?? EMPTY, regarding: involvedObject };
  const past = { deprecatedSource: source ?? {}, deprecatedFirstTimestamp: old.firstTimestamp ?? EMPTY, deprecatedLastTimestamp: old.lastTimestamp ?? EMPTY };
  return Object.assign(event, known({ ...given, ...named }), past);
}

/** How a time that is not set is written. */
const EMPTY = null as unknown as string;

function problems({ eventTime, type = '' }: CoreEvent): FieldError[] {
  // Events with a time are held to all this, and more, in any version.
  if (typeof eventTime === 'string' && eventTime !== '') return [];
  return [requiredField('eventTime'), ...(type === 'Normal' || type === 'Warning' ? [] : [invalidField('type', '', `has invalid value: ${type}`)])];
}

/** The fields that have a value. */
function known(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
