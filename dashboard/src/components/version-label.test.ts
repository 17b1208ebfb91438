import { expect, test } from 'vitest';
import { shortImage, versionLabels } from './version-label.js';

const version = (hash: string, ...images: string[]) => ({ replicaSet: `web-${hash}`, hash, images, name: `web-${hash}` });

test.each([
  ['web:v1', 'web:v1'],
  ['10.0.0.5:5000/shop/web:v1', 'web:v1'],
  ['registry.example.com/shop/web', 'web'],
  ['registry.example.com/shop/web@sha256:0123456789abcdef0123', 'web@sha256:01234567'],
  ['registry.example.com/shop/web:v1@sha256:0123456789abcdef0123', 'web:v1'],
])('%s is called %s', (image, short) => {
  expect(shortImage(image)).toBe(short);
});

test('versions are named by what differs between them', () => {
  expect(versionLabels(version('a', 'x/web:v1', 'x/proxy:1'), version('b', 'x/web:v2', 'x/proxy:1'))).toEqual({ stable: 'web:v1', canary: 'web:v2' });
  expect(versionLabels(version('a', 'x/web:v1'), version('b', 'x/web:v1'))).toEqual({ stable: 'a', canary: 'b' });
});
