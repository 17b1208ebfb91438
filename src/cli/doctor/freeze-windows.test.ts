import { expect, it } from 'vitest';
import type { FreezeWindow } from '../../model/freeze-window.js';
import { checkFreezeWindows } from './freeze-windows.js';

const window = (spec: Partial<FreezeWindow['spec']>): FreezeWindow => ({ apiVersion: 'serin.dev/v1alpha1', kind: 'FreezeWindow', metadata: { name: 'friday', namespace: 'shop' }, spec: { why: 'weekend', ...spec } });

it('fails for a zone that nobody knows, and warns of what is never or always so', () => {
  const weekly = [{ days: ['Friday' as const], from: '12:00', to: '12:00' }];
  expect(checkFreezeWindows({ freezeWindows: [window({ timeZone: 'Europe/Berlim', weekly })] }).map(({ result, message, remedy }) => `${result} ${message} ${remedy ?? ''}`)).toEqual([
    'fail FreezeWindow shop/friday holds every release that it is for, at any time: there is no time zone "Europe/Berlim". Did you mean Europe/Berlin? kubectl edit freezewindow friday -n shop.',
    'warn FreezeWindow shop/friday: begins and ends at 12:00. For a whole day write from: 00:00 and to: 00:00; else say when it ends. kubectl edit freezewindow friday -n shop.',
  ]);
  expect(checkFreezeWindows({ freezeWindows: [window({ weekly: [{ days: ['Friday'], from: '12:00', to: '00:00' }] })] })).toEqual([]);
  expect(checkFreezeWindows({ freezeWindows: 'unserved' })).toEqual([]);
});
