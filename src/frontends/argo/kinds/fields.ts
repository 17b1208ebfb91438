import { Type } from 'typebox';
import { IntOrString, MapOf } from '../../../schema/typebox.js';

// These schemas say what fields there are and of which types. What they mean together is checked in ../checks, where all
// problems are found at once and in words; a server that refused more here would refuse what users' tools apply today.

export const Text = (description: string) => Type.Optional(Type.String({ description }));
export const Whole = (description: string) => Type.Optional(Type.Integer({ format: 'int32', description }));
export const Flag = (description: string) => Type.Optional(Type.Boolean({ description }));
export const Time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));
/** A number, or a text that holds one: limits of metrics may name arguments. */
export const Amount = (description: string) => Type.Optional(IntOrString({ description }));
export const Texts = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));
export const TextMap = (description: string) => Type.Optional(MapOf(Type.String(), { description }));

/** Labels and annotations that are put on Pods or runs. */
export const PodMetadata = (description: string) =>
  Type.Optional(Type.Object({ labels: TextMap('Labels.'), annotations: TextMap('Annotations.') }, { description }));

export const LabelSelector = Type.Object(
  {
    matchLabels: TextMap('Labels that must be there, with these values.'),
    matchExpressions: Type.Optional(
      Type.Array(Type.Object({ key: Type.String(), operator: Type.String(), values: Texts('Values of the label.') }), { description: 'Requirements, all of them.' }),
    ),
  },
  { description: 'Which Pods.' },
);
