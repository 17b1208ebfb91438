import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { isDigest } from '../matching/image-reference.js';
import { NotUnderstood } from './heard.js';

/** A text that may be missing or null, as senders in several languages write it. */
export const Optional = Type.Optional(Type.Union([Type.String({ maxLength: 4096 }), Type.Null()]));
export const Text = Type.String({ maxLength: 4096 });

/** The body as the schema has it. @throws NotUnderstood naming the field */
export function readBody<T extends TSchema>(schema: T, body: unknown, sender: string): Static<T> {
  if (Value.Check(schema, body)) return body;
  const [first] = Value.Errors(schema, body);
  const place = first?.instancePath.replace(/^\//, '').replaceAll('/', '.') ?? '';
  throw new NotUnderstood(`this is no webhook of ${sender}: ${place === '' ? 'the body' : place} ${first?.message ?? 'is not as expected'}.`);
}

/** A digest, where it is one. */
export const digestOf = (text: string | null | undefined): { digest?: string } => (typeof text === 'string' && isDigest(text) ? { digest: text } : {});

/** A person, where one is named; or the account of a program. */
export function personOf(name: string | null | undefined, isRobot = false): { person?: string; robot?: string } {
  if (typeof name !== 'string' || name.trim() === '') return {};
  const short = name.trim().slice(0, 253);
  return isRobot ? { robot: short } : { person: short };
}
