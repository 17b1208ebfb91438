import { expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { ChangeFeed } from './change-feed.js';
import type { Change } from './informer.js';

const added = (name: string): Change<KubernetesObject> => ({ type: 'added', object: { apiVersion: 'v1', kind: 'X', metadata: { name } } });

it('a change that a listener causes is told to all after its own', () => {
  const errors: Error[] = [];
  const feed = new ChangeFeed<KubernetesObject>((error) => errors.push(error));
  const told: string[] = [];
  const stop = feed.subscribe(({ object: { metadata } }) => {
    told.push(`one ${metadata.name}`);
    if (metadata.name === 'a') feed.tell(added('b'));
  });
  feed.subscribe(({ object: { metadata } }) => told.push(`two ${metadata.name}`));
  feed.tell(added('a'));
  expect(told).toEqual(['one a', 'two a', 'one b', 'two b']);
  stop();
  feed.tell(added('c'));
  expect(told.slice(4)).toEqual(['two c']);
  expect(errors).toEqual([]);
});
