import { expect, test } from 'vitest';
import { configKeyProblems, dns1035LabelProblems, dns1123LabelProblems, dns1123SubdomainProblems, labelValueProblems, nameWithHash, pathSegmentProblems, qualifiedNameProblems } from './names.js';

test('words of a real server', () => {
  expect(dns1123SubdomainProblems('Bad_Name')).toEqual([
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ]);
  expect(dns1123LabelProblems('A.b')).toEqual([
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  expect(dns1123LabelProblems('a.b')).toEqual(['must not contain dots']);
  expect(labelValueProblems('bad value!')).toEqual([
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ]);
  expect(configKeyProblems('a/b')).toEqual([
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ]);
});

test('good names', () => {
  expect([
    ...dns1123SubdomainProblems('a.b-c.9'),
    ...dns1123LabelProblems('9a-b'),
    ...dns1035LabelProblems('a-1'),
    ...qualifiedNameProblems('serin.dev/Policy_1'),
    ...labelValueProblems(''),
    ...pathSegmentProblems('system:x'),
  ]).toEqual([]);
  expect(qualifiedNameProblems('/x')).toHaveLength(1);
  expect(qualifiedNameProblems('a/b/c')[0]).toContain("(e.g. 'example.com/MyName')");
  expect(dns1035LabelProblems('1a')).toHaveLength(1);
  expect(labelValueProblems('x'.repeat(64))).toEqual(['must be no more than 63 bytes']);
});

test('a long name is cut so that the hash fits', () => {
  expect(nameWithHash('web', 'abc')).toBe('web-abc');
  const long = nameWithHash(`${'a'.repeat(58)}.-b`, 'abc', 63);
  expect(long).toBe(`${'a'.repeat(58)}-abc`);
  expect(nameWithHash('x'.repeat(300), 'abc')).toHaveLength(253);
});
