import { Type, type Static } from 'typebox';
import { howMany } from './how-many.js';

const Name = (description: string) => Type.String({ minLength: 1, maxLength: 253, description });
const Value = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description }));

const ValueMatchSchema = Type.Object(
  {
    name: Name('Its name; of headers in any case.'),
    exact: Value('The whole value.'),
    prefix: Value('How the value begins.'),
    regex: Value('A regular expression (RE2) that the whole value matches.'),
  },
  {
    description: 'A header or cookie and its value; without a value it only has to be there.',
    'x-kubernetes-validations': [{ rule: `${howMany(['exact', 'prefix', 'regex'])} <= 1`, message: 'give one of exact, prefix and regex, or none' }],
  },
);

/** Requests that are told apart by what they carry: all headers and cookies of one match hold at once. */
export const MatchSchema = Type.Object(
  {
    headers: Type.Optional(Type.Array(ValueMatchSchema, { minItems: 1, maxItems: 8, description: 'Headers, all of them.' })),
    cookies: Type.Optional(Type.Array(ValueMatchSchema, { minItems: 1, maxItems: 8, description: 'Cookies, all of them.' })),
  },
  {
    description: 'Requests that carry all of this.',
    'x-kubernetes-validations': [{ rule: 'has(self.headers) || has(self.cookies)', message: 'name headers or cookies' }],
  },
);
export type Match = Static<typeof MatchSchema>;
export type ValueMatch = Static<typeof ValueMatchSchema>;

/** A match in a few words, such as `cookie tester=yes and header end-user: jason`. */
export function describeMatch({ headers = [], cookies = [] }: Match): string {
  const value = ({ exact, prefix, regex }: ValueMatch, sign: string): string =>
    exact !== undefined ? `${sign}${exact}` : prefix !== undefined ? `${sign}${prefix}…` : regex !== undefined ? `${sign}/${regex}/` : '';
  return [...headers.map((each) => `header ${each.name}${value(each, ': ')}`), ...cookies.map((each) => `cookie ${each.name}${value(each, '=')}`)].join(' and ');
}
