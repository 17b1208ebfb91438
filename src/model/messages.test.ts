import { describe as group, expect, it } from 'vitest';
import { describe, languages, message, messageAbout, messageCodes } from './messages.js';

group('messages', () => {
  it.each(messageCodes)('%s says the same in every language', (code) => {
    const placeholders = languages.map((language) => [...describe(message(code), language).matchAll(/\{\w+\}/g)].map(String).sort());
    for (const each of placeholders) expect(each).toEqual(placeholders[0]);
  });

  it('puts one message into another, in either language', () => {
    const inner = message('CanaryNotReady', { limit: '5m', trouble: '' });
    expect(describe(messageAbout('Aborting', 'why', inner))).toBe('Taking the canary back: canary Pods were not ready within 5m.');
    expect(describe(messageAbout('Aborting', 'why', inner), 'zh')).toBe('正在撤回金丝雀版本：金丝雀 Pod 未能在 5m 内就绪。');
  });
});
