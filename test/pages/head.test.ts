import { expect, test } from 'vitest';
import { copyHead, decodeHead, emptyHead, encodeHead } from '../../src/pages/head.ts';
import { headPlainBytes, headWithLogBytes, refBytes } from '../../src/pages/layout.ts';

const head = {
  version: 2 ** 40 + 1,
  rootRef: Uint8Array.from({ length: refBytes }, (_, i) => i + 1),
  nextPageId: 2 ** 32 - 1,
  entries: Number.MAX_SAFE_INTEGER,
  pages: 7,
  bytes: 2 ** 52,
  logRef: new Uint8Array(refBytes),
  logPages: 0,
};
const withLog = { ...head, logRef: new Uint8Array(refBytes).fill(5), logPages: 3 };

test('a head comes back as it was encoded; its version is not part of it', () => {
  const plain = encodeHead(head);
  expect(plain).toHaveLength(headPlainBytes);
  expect(decodeHead(plain, head.version)).toEqual(head);
  expect(encodeHead({ ...head, version: 1 })).toEqual(plain);
});

test('a head with a log is longer by where the log ends', () => {
  const plain = encodeHead(withLog);
  expect(plain).toHaveLength(headWithLogBytes);
  expect(plain.slice(0, headPlainBytes)).toEqual(encodeHead(head));
  expect(decodeHead(plain, head.version)).toEqual(withLog);
});

test('a copy of a head has references of its own', () => {
  const copy = copyHead(withLog);
  copy.rootRef.fill(0);
  copy.logRef.fill(0);
  expect(withLog.logRef[0]).toBe(5);
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
    logRef: new Uint8Array(refBytes),
    logPages: 0,
  });
});
