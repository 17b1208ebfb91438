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
    name: Type.Optional(Name('Names the route that is made for it, where users keep a list of such; matches of one name share a route.')),
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

const text = (description: string) =>
  Type.Optional(
    Type.Object(
      { exact: Value('The whole text.'), prefix: Value('How it begins.'), regex: Value('A regular expression (RE2) that all of it matches.') },
      { description, 'x-kubernetes-validations': [{ rule: `${howMany(['exact', 'prefix', 'regex'])} == 1`, message: 'give one of exact, prefix and regex' }] },
    ),
  );

/** Requests that are told apart by what they ask for as well; all of one match holds at once. */
export const RequestMatchSchema = Type.Object(
  {
    method: text('The method, such as GET.'),
    path: text('The path.'),
    headers: Type.Optional(Type.Array(ValueMatchSchema, { minItems: 1, maxItems: 8, description: 'Headers, all of them.' })),
  },
  { description: 'Requests of which all of this holds.', 'x-kubernetes-validations': [{ rule: 'has(self.method) || has(self.path) || has(self.headers)', message: 'name a method, a path or headers' }] },
);
export type RequestMatch = Static<typeof RequestMatchSchema>;
export type TextMatch = NonNullable<RequestMatch['path']>;

/** Requests of which the canary gets copies. */
export const MirroredRequestsSchema = Type.Object(
  {
    name: Type.Optional(Name('Names the route that is made for them, where users keep a list of such.')),
    share: Type.Integer({ minimum: 1, maximum: 1000, description: 'The part of these requests that is copied, in per mille.' }),
    matches: Type.Array(RequestMatchSchema, { minItems: 1, maxItems: 16, description: 'Requests of any of these.' }),
  },
  { description: 'Requests of which the canary gets copies.' },
);
export type MirroredRequests = Static<typeof MirroredRequestsSchema>;

const described = ({ exact, prefix, regex }: TextMatch): string => exact ?? (prefix === undefined ? `/${regex ?? ''}/` : `${prefix}…`);

/** A match in a few words, such as `method POST and path /cart…`. */
export function describeRequestMatch({ method, path, headers = [] }: RequestMatch): string {
  return [method ? `method ${described(method)}` : '', path ? `path ${described(path)}` : '', headers.length === 0 ? '' : describeMatch({ headers })].filter(Boolean).join(' and ');
}

/** Copies in a few words, such as `20 % of method POST and path /cart…`. */
export function describeMirrored({ share, matches }: MirroredRequests): string {
  return `${share / 10} % of ${matches.map(describeRequestMatch).join(' or ')}`;
}

/** A match in a few words, such as `cookie tester=yes and header end-user: jason`. */
export function describeMatch({ headers = [], cookies = [] }: Match): string {
  const value = ({ exact, prefix, regex }: ValueMatch, sign: string): string =>
    exact !== undefined ? `${sign}${exact}` : prefix !== undefined ? `${sign}${prefix}…` : regex !== undefined ? `${sign}/${regex}/` : '';
  return [...headers.map((each) => `header ${each.name}${value(each, ': ')}`), ...cookies.map((each) => `cookie ${each.name}${value(each, '=')}`)].join(' and ');
}
