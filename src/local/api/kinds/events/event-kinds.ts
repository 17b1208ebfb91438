import type { Event } from '../../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { eventColumns } from './event-columns.js';
import { eventProblems } from './event-validation.js';

/** Events of core/v1. The view of the same objects in events.k8s.io is in event-views. */
export function eventKinds(): Kind[] {
  return [
    defineKind<Event>({
      resource: resources.events,
      schemaName: 'io.k8s.api.core.v1.Event',
      shortNames: ['ev'],
      allColumns: eventColumns,
      selectableFields: {
        'involvedObject.kind': ({ involvedObject }) => involvedObject.kind ?? '',
        'involvedObject.namespace': ({ involvedObject }) => involvedObject.namespace ?? '',
        'involvedObject.name': ({ involvedObject }) => involvedObject.name ?? '',
        'involvedObject.uid': ({ involvedObject }) => involvedObject.uid ?? '',
        'involvedObject.apiVersion': ({ involvedObject }) => involvedObject.apiVersion ?? '',
        'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject.resourceVersion ?? '',
        'involvedObject.fieldPath': ({ involvedObject }) => involvedObject.fieldPath ?? '',
        reason: ({ reason }) => reason ?? '',
        reportingComponent: ({ reportingComponent, source }) => reportingComponent || (source?.component ?? ''),
        source: ({ reportingComponent, source }) => source?.component ?? reportingComponent ?? '',
        type: ({ type }) => type ?? '',
      },
      validate: eventProblems,
    }),
  ];
}
