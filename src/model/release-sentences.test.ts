import { describe, expect, it } from 'vitest';
import { describe as inWords, message, messageCodes, templateOf } from './messages.js';
import { inAllLanguages, messageCodeOf } from './release-sentences.js';

/** Arguments that stand right before another one have a shape; all else may be anything. */
const value = (name: string): string => (['given', 'wanted', 'ready'].includes(name) ? '12' : name === 'limit' ? '1m30s' : `<${name}>`);

describe('sentences that statuses hold', () => {
  it('are found again in the catalogue, with their arguments, whatever these are', () => {
    // What has hardly a word of its own cannot be told from other texts.
    const clear = messageCodes.filter((code) => templateOf(code, 'en').replace(/\{\w+\}/g, '').length > 12);
    for (const code of clear) {
      const names = [...new Set([...templateOf(code, 'en').matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))];
      const args = Object.fromEntries(names.map((name) => [name, value(name)]));
      const text = inWords({ code, arguments: args });
      expect(inAllLanguages(text), code).toEqual({ en: text, zh: inWords({ code, arguments: args }, 'zh') });
    }
    expect(clear.length).toBeGreaterThan(60);
  });

  it('are told apart by their codes', () => {
    for (const code of messageCodes.filter((each) => each.startsWith('WaitsFor'))) {
      const names = [...inWords(message(code)).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      expect(messageCodeOf(inWords(message(code, Object.fromEntries(names.map((name) => [name, value(name)])))))).toBe(code);
    }
  });

  it('are said in Chinese within each other, and one after the other', () => {
    const [begins, paused] = [inWords(message('StepStarted', { step: 2, steps: 5, what: '20 % to the canary' })), inWords(message('PausedByUser'))];
    expect(inAllLanguages(begins)).toEqual({ en: begins, zh: '开始第 2 步（共 5 步）：20% 流量到金丝雀版本。' });
    expect(inAllLanguages(`${paused} ${begins}`).zh).toBe('已被人工暂停；流量比例保持不变。开始第 2 步（共 5 步）：20% 流量到金丝雀版本。');
  });

  it('are no codes where a step is described', () => expect(messageCodeOf('20 % to the canary')).toBeUndefined());

  it('stay as they are where nobody has translated them', () => {
    for (const text of ['', 'errors: 3 of 10 requests failed', 'web-1', 'A text of somebody else.']) {
      expect(messageCodeOf(text)).toBeUndefined();
      expect(inAllLanguages(text)).toEqual({ en: text, zh: text });
    }
  });
});
