import { describe, expect, it } from 'vitest';
import { askingNews, sampleNews } from '../testing/sample-news.js';
import type { News } from '../news/news.js';
import { DIGEST_FROM, OLDEST, Outbox, TRIES, type Outcome } from './outbox.js';
import { MOST_ENTRIES, readRecord, writeRecord, type Entry } from './record.js';

const NOW = Date.UTC(2026, 0, 2);
const done: Outcome = { ready: true, reason: 'Sent', message: 'Sent.', sentAt: NOW };
const news = (number: number, change: Partial<News> = {}): News => sampleNews({ key: `k${number}`, at: NOW + number, ...change });
/** Sends what is next. @returns the keys of it */
function send(outbox: Outbox, digests = true): string[] {
  const batch = outbox.nextBatch(digests);
  if (!batch) return [];
  outbox.begin(batch);
  outbox.sent(batch, undefined, done);
  return batch.news.map(({ key }) => key);
}

describe('what a channel has to send', () => {
  it('is sent once, by this process and by the next', () => {
    const outbox = new Outbox(NOW);
    expect([outbox.offer(news(1), NOW), outbox.offer(news(1), NOW)]).toEqual([true, false]);
    expect([send(outbox), outbox.offer(news(1), NOW)]).toEqual([['k1'], false]);
    const next = new Outbox(0);
    next.read(outbox.status(NOW, {}));
    expect(next.offer(news(1), NOW)).toBe(false);
    expect(next.offer(news(2), NOW)).toBe(true);
  });

  it('is sent once more where a process ended in the middle, and not for ever', () => {
    let status = {};
    const tried: boolean[] = [];
    for (let process = 0; process < 5; process++) {
      const outbox = new Outbox(0);
      outbox.read(status);
      tried.push(outbox.offer(news(1), NOW));
      const batch = outbox.nextBatch(true);
      if (batch) outbox.begin(batch);
      status = outbox.status(NOW, {});
    }
    expect(tried).toEqual([true, true, true, false, false]);
  });

  it('is nothing that happened before there was a channel, nor what is long ago, but for what was just seen to happen', () => {
    const outbox = new Outbox(NOW);
    expect(outbox.offer(news(-1), NOW)).toBe(false);
    expect(outbox.offer(news(-1), NOW, true)).toBe(true);
    expect(new Outbox(0).offer(news(0), NOW + OLDEST + 1)).toBe(false);
    // What is told is not looked for any more, with some minutes for what comes late.
    outbox.nextBatch(true);
    expect(outbox.status(NOW + 3_600_000, {}).toldUntil).toBe(new Date(NOW).toISOString().replace('.000', ''));
    send(outbox);
    expect(outbox.status(NOW + 3_600_000, {}).toldUntil).toBe(new Date(NOW + 3_300_000).toISOString().replace('.000', ''));
    expect(outbox.offer(news(5), NOW + 3_600_000)).toBe(false);
  });

  it('is one message where there is much of it, but for what asks somebody', () => {
    const outbox = new Outbox(0);
    for (let number = 1; number <= DIGEST_FROM + 1; number++) outbox.offer(news(number), NOW);
    outbox.offer(askingNews({ key: 'asks', at: NOW + 99 }), NOW);
    expect(send(outbox)).toEqual(['asks']);
    expect(send(outbox, false)).toEqual(['k1']);
    expect(send(outbox)).toEqual(['k2']);
    for (let number = 10; number <= 12; number++) outbox.offer(news(number), NOW);
    expect(send(outbox)).toHaveLength(DIGEST_FROM + 2);
    expect(outbox.status(NOW, { sent: 3 })).toMatchObject({ sent: 7 });
  });

  it('is given up after five tries, or at once where another would end in the same way', () => {
    const outbox = new Outbox(0);
    outbox.offer(news(1), NOW);
    const batch = outbox.nextBatch(true) ?? expect.fail('nothing');
    outbox.begin(batch);
    expect(Array.from({ length: TRIES }, () => outbox.failed(batch, false))).toEqual([...Array<boolean>(TRIES - 1).fill(false), true]);
    outbox.offer(news(2), NOW);
    expect(outbox.failed(outbox.nextBatch(true) ?? expect.fail('nothing'), true)).toBe(true);
    expect(outbox.status(NOW, {})).toMatchObject({ failed: 2, recent: [expect.stringMatching(/^[0-9a-f]{16}$/), expect.any(String)] as string[] });
    expect([outbox.offer(news(1), NOW), outbox.nextAt()]).toEqual([false, undefined]);
  });

  it('is changed once when it is answered, also by another process, and not sent at all when it is answered before', () => {
    const outbox = new Outbox(0);
    const asking = askingNews({ at: NOW });
    const { asks: _, ...settled } = asking;
    outbox.offer(asking, NOW);
    expect(outbox.settle(settled)).toBe(false);
    expect(outbox.nextBatch(true)).toBeUndefined();
    outbox.offer({ ...asking, key: 'other' }, NOW);
    const batch = outbox.nextBatch(true) ?? expect.fail('nothing');
    outbox.begin(batch);
    outbox.sent(batch, 'C01:1.2', done);
    const next = new Outbox(0);
    next.read(outbox.status(NOW, {}));
    expect([next.settle({ ...settled, key: 'other' }), next.settle({ ...settled, key: 'other' })]).toEqual([true, false]);
    const change = next.nextChange() ?? expect.fail('nothing');
    expect(change.handle).toBe('C01:1.2');
    next.changed(change);
    expect([next.settle({ ...settled, key: 'other' }), next.nextChange()]).toEqual([false, undefined]);
  });

  it('never grows without end', () => {
    const outbox = new Outbox(0);
    for (let number = 0; number < 1500; number++) outbox.offer(news(number), NOW);
    expect(outbox.waiting).toBe(1000);
    const { recent = [], failed } = outbox.status(NOW, {});
    expect([failed, recent.length]).toEqual([500, 500]);
    while (send(outbox, false).length > 0);
    expect(outbox.status(NOW, {}).recent).toHaveLength(MOST_ENTRIES);
  });
});

it('keeps its record as short lines', () => {
  const entries = new Map<string, Entry>([['0123456789abcdef', { state: 'begun', times: 2 }], ['1123456789abcdef', { state: 'done' }], ['2123456789abcdef', { state: 'done', handle: 'om_1?x=1' }]]);
  expect(writeRecord(entries)).toEqual(['0123456789abcdef?2', '1123456789abcdef', '2123456789abcdef=om_1?x=1']);
  expect(readRecord(writeRecord(entries))).toEqual(entries);
  expect(readRecord(['', 'x', '0123456789abcdef!'])).toEqual(new Map());
});
