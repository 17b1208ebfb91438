import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import type { Language } from '../../model/messages.js';
import { StringEnum } from '../../schema/typebox.js';
import type { News } from '../news/news.js';
import { say } from './catalogue.js';

/** What a person may do by a button. */
export const buttonVerbs = ['approve', 'reject', 'abort'] as const;
export type ButtonVerb = (typeof buttonVerbs)[number];

/** What a button carries, and comes back with the answer: short names, since chats take 2,000 characters at most (Slack). */
export const ButtonValueSchema = Type.Object({
  k: StringEnum(['release', 'image'] as const),
  v: StringEnum(buttonVerbs),
  ns: Type.String({ minLength: 1, maxLength: 63 }),
  n: Type.String({ minLength: 1, maxLength: 253 }),
  u: Type.String({ minLength: 1, maxLength: 64 }),
  s: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  w: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
  p: Type.Optional(Type.String({ maxLength: 128 })),
  i: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 64 })),
});
export type ButtonValue = Static<typeof ButtonValueSchema>;

export interface Button {
  readonly verb: ButtonVerb;
  readonly label: string;
  readonly style: 'primary' | 'danger';
  readonly value: ButtonValue;
  /** What it does to users; asked before it counts. */
  readonly consequence: string;
}

/** Longest text of a button's value, in characters. */
const LONGEST = 2000;

/** The buttons of a message: what may be answered, and a way to stop a release that is under way. */
export function buttonsOf({ namespace, about, asks, event }: News, language: Language): Button[] {
  const base = { k: about.kind, ns: namespace, n: about.name, u: about.uid } as const;
  if (about.kind === 'image') {
    if (!asks) return [];
    const image = `${about.image}:${about.tag}`;
    return [
      { verb: 'approve', label: say('approve', language), style: 'primary', value: { ...base, v: 'approve' }, consequence: say('approveImage', language, { image }) },
      { verb: 'reject', label: say('reject', language), style: 'danger', value: { ...base, v: 'reject' }, consequence: say('rejectImage', language, { image }) },
    ];
  }
  const args = { canary: about.canary, stable: about.stable };
  if (asks) {
    const place = { s: asks.step, ...(asks.freezeWindow === undefined ? {} : { w: asks.freezeWindow }) };
    const sight = asks.seen ? { p: asks.seen.plan, i: [...asks.seen.images] } : {};
    const value = fitting({ ...base, ...place, ...sight, v: 'approve' });
    return [
      { verb: 'approve', label: say('approve', language), style: 'primary', value, consequence: say('approveRelease', language, args) },
      { verb: 'reject', label: say('reject', language), style: 'danger', value: { ...value, v: 'reject' }, consequence: say('rejectRelease', language, args) },
    ];
  }
  if (event !== 'began' && event !== 'stuck') return [];
  return [{ verb: 'abort', label: say('abort', language), style: 'danger', value: { ...base, v: 'abort' }, consequence: say('rejectRelease', language, args) }];
}

/** Without the images where all would be too long; the plan and the uid still bind the answer. */
function fitting(value: ButtonValue): ButtonValue {
  if (JSON.stringify(value).length <= LONGEST) return value;
  const { i: _, ...rest } = value;
  return rest;
}

/** A button's value as it came back. @returns undefined for what is none */
export function buttonValue(value: unknown): ButtonValue | undefined {
  const read: unknown = typeof value === 'string' ? parsed(value) : value;
  return Value.Check(ButtonValueSchema, read) ? read : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
