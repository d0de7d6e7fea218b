import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { type Anchor, anchoredHead, openAnchor, rollbackOf, sealAnchor } from '../../src/store/anchor.ts';

const core = createFallbackCore();
const key = { core, key: core.generateKey() };
const anchor: Anchor = {
  storeId: '00ff',
  writtenMs: Date.UTC(2026, 0, 1),
  heads: new Map([
    [0, { version: 1, tag: 'aa' }],
    [1, { version: 7, tag: 'bb' }],
    [2, { version: 9, tag: 'cc' }],
  ]),
  accepted: [{ atMs: 5, rollback: 'was older' }],
};

describe('a sealed anchor', () => {
  test('opens as what was sealed', () => {
    expect(openAnchor(key, sealAnchor(key, anchor))).toEqual(anchor);
  });

  test('R-INT-6: with any byte changed, or cut anywhere, does not open', () => {
    const sealed = sealAnchor(key, anchor);
    const opens = (bytes: Uint8Array) => () => openAnchor(key, bytes);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(opens(changed)).toThrow(IntegrityFault);
      expect(opens(sealed.subarray(0, at))).toThrow(IntegrityFault);
    }
  });

  test('does not open under the key of another key service', () => {
    const sealed = sealAnchor(key, anchor);
    expect(() => openAnchor({ core, key: core.generateKey() }, sealed)).toThrow(IntegrityFault);
  });

  test('keeps the newest accepted rollbacks only', () => {
    const accepted = Array.from({ length: 40 }, (_, index) => ({ atMs: index, rollback: '' }));
    const opened = openAnchor(key, sealAnchor(key, { ...anchor, accepted }));
    expect(opened.accepted.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 16 }, (_, i) => 24 + i));
  });
});

test('an anchored head is its version and the end of its body', () => {
  const body = Uint8Array.from({ length: 40 }, (_, index) => index);
  expect(anchoredHead({ version: 3, body })).toEqual({
    version: 3,
    tag: '18191a1b1c1d1e1f2021222324252627',
  });
});

describe('R-INT-4: against its anchor, a store', () => {
  const head = (version: number, tag: string) => ({ version, tag });
  const found = (heads: [number, ReturnType<typeof head>][], storeId = '00ff') =>
    rollbackOf(anchor, { storeId, heads: new Map([...anchor.heads, ...heads]), lastingTrees: [0, 1] });
  const without = (tree: number) => {
    const heads = new Map([...anchor.heads].filter(([number]) => number !== tree));
    return rollbackOf(anchor, { storeId: '00ff', heads, lastingTrees: [0, 1] });
  };

  test.each([
    ['that is what was anchored', found([])],
    ['with a newer tree', found([[2, head(10, 'dd')]])],
    ['with one tree more', found([[3, head(1, 'dd')]])],
    ['without a tree that may have been deleted since', without(2)],
  ])('%s stands', (_, rollback) => expect(rollback).toBeUndefined());

  test.each([
    ['with an older tree', found([[2, head(8, 'dd')]]), /version 9 or later of tree 2 .* version 8\.$/],
    ['with another tree of that version', found([[2, head(9, 'dd')]]), /version 9: .* went its own way/],
    ['with another id', found([], '11ff'), /^Expected store 00ff .*, found store 11ff\.$/],
    ['without a tree that is never lost', without(1), /version 7 or later of tree 1 .*, found none\.$/],
  ])('%s does not', (_, rollback, sentence) => expect(rollback).toMatch(sentence));

  test('is told the time of the anchor', () => {
    expect(found([], '11ff')).toContain('2026-01-01T00:00:00.000Z');
  });
});
