import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalPrefix } from './literal-prefix.js';

describe('what everything begins with that a pattern takes', () => {
  it.each([
    ['/green/[0-9]+', '/green/'],
    ['^/green/x$', '/green/x'],
    ['/a\\.b.*', '/a.b'],
    ['/green?', '/gree'],
    ['/green\\.?x', '/green'],
    ['/gre{2}n', '/gr'],
    ['/green+', '/green'],
    ['/a|/b', ''],
    ['/(a|b)', '/'],
    ['/x[|]y', '/x'],
    ['/x[]|]y|z', ''],
    ['.*', ''],
    ['\\d+', ''],
    ['(?i)/green', ''],
    ['', ''],
  ])('%s: %s', (regex, prefix) => expect(literalPrefix(regex)).toBe(prefix));

  it('is the beginning of whatever it takes', () => {
    const piece = fc.constantFrom('/', 'a', 'b', '\\.', '.', '(a|b)', '[ab]', '[^b]', 'a?', 'b*', 'a+', '|');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.string({ unit: fc.constantFrom('/', 'a', 'b', '.'), maxLength: 6 }), (pieces, text) => {
        const regex = pieces.join('');
        fc.pre(new RegExp(`^(?:${regex})$`).test(text));
        expect(text.startsWith(literalPrefix(regex))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
