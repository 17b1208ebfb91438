import type { News } from '../news/news.js';

/** News of a release that was taken back. */
export function sampleNews(change: Partial<News> = {}): News {
  return {
    event: 'takenBack', key: 'uid-1/takenBack', at: Date.UTC(2026, 0, 1, 10), namespace: 'shop', policy: 'web',
    about: { kind: 'release', name: 'web-7', uid: 'uid-1', stable: 'web:v1 (web-1)', canary: 'web:v2 (web-2)', share: 125, step: 2, steps: 5, requests: 40, failures: 12, reason: 'TooManyFailures' },
    says: [
      { en: 'Taking the canary back: errors: 12 of 40 <failed> & "worse".', zh: '正在撤回金丝雀版本：errors：40 个请求失败 12 个。' },
      { en: 'web:v2 (web-2) was taken back; 40 requests met it, 12 failed.', zh: 'web:v2 (web-2) 已撤回；它处理了 40 个请求，失败 12 个。' },
    ],
    ...change,
  };
}

/** The same release while it asks for an approval. */
export const askingNews = (change: Partial<News> = {}): News =>
  sampleNews({
    event: 'waitsForApproval', key: 'uid-1/waitsForApproval/3', says: [{ en: 'Waits for approval, 0 of 1.', zh: '等待批准（0/1）。' }],
    asks: { step: 3, wanted: 1, users: ['jane'], groups: ['sre'], seen: { plan: 'p1', images: ['sha256:1'] } }, ...change,
  });
