import { expect, test } from 'vitest';
import { copyHead, decodeHead, emptyHead, encodeHead } from '../../src/pages/head.ts';
import { headPlainBytes, refBytes } from '../../src/pages/layout.ts';

const head = {
  version: 2 ** 40 + 1,
  rootRef: Uint8Array.from({ length: refBytes }, (_, i) => i + 1),
  nextPageId: 2 ** 32 - 1,
  entries: Number.MAX_SAFE_INTEGER,
  pages: 7,
  bytes: 2 ** 52,
};

test('a head comes back as it was encoded; its version is not part of it', () => {
  const plain = encodeHead(head);
  expect(plain).toHaveLength(headPlainBytes);
  expect(decodeHead(plain, head.version)).toEqual(head);
  expect(encodeHead({ ...head, version: 1 })).toEqual(plain);
});

test('a copy of a head has a reference of its own', () => {
  const copy = copyHead(head);
  copy.rootRef.fill(0);
  copy.entries = 0;
  expect([head.rootRef[0], head.entries]).toEqual([1, Number.MAX_SAFE_INTEGER]);
});

test('an empty head leads nowhere and has given out no page', () => {
  expect(emptyHead()).toEqual({
    version: 0,
    rootRef: new Uint8Array(refBytes),
    nextPageId: 1,
    entries: 0,
    pages: 0,
    bytes: 0,
  });
});
