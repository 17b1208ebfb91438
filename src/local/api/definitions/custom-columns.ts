import type { CustomResourceColumnDefinition } from '../../../kubernetes/generated/apiextensions-v1.js';
import { ageColumn, nameColumn } from '../kinds/columns.js';
import { ageSince } from '../kinds/duration.js';
import type { TableColumn } from '../kinds/kind.js';
import { valuesAt } from './simple-path.js';

const TYPES = ['string', 'integer', 'number', 'boolean', 'date'] as const;

/** The columns of a custom kind: its name, then what the definition says; only the age where it says nothing. */
export function customColumns(definitions: readonly CustomResourceColumnDefinition[] | undefined): TableColumn[] {
  if (definitions === undefined || definitions.length === 0) return [nameColumn, ageColumn];
  return [
    nameColumn,
    ...definitions.map(({ name, type, format, description, priority = 0, jsonPath }): TableColumn => {
      const known = TYPES.find((each) => each === type) ?? 'string';
      return {
        name,
        type: known,
        ...(format === undefined ? {} : { format }),
        description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
        priority,
        cell: (object, now) => cellOf(valuesAt(object, jsonPath), known, now),
      };
    }),
  ];
}

function cellOf(values: readonly unknown[], type: (typeof TYPES)[number], now: number): ReturnType<TableColumn['cell']> {
  const [value] = values;
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
    case 'number':
      return typeof value === 'number' ? (type === 'integer' ? Math.trunc(value) : value) : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? ageSince(value, now) : '<invalid>';
    case 'string':
      return values.map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each))).join(',');
  }
}

