import { labels } from './part.js';

/** What the objects of the server are called. */
export const SERVER_NAME = 'serin-server';

/** By which its Pods are chosen; never changes, because a Deployment's selector cannot. */
export const serverSelector = { 'app.kubernetes.io/name': labels['app.kubernetes.io/name'], 'app.kubernetes.io/component': 'server' } as const;

/** On all of its objects. */
export const serverLabels = { ...labels, ...serverSelector } as const;
