import { expect, test } from 'vitest';
import { decodeFramed, encodeFramed } from '../../../src/server/peers/peer-message.ts';
import { WireFault } from '../../../src/server/peers/wire-fault.ts';

test('a message comes back as it was sent', () => {
  const body = encodeFramed({ a: 'ä', b: undefined, c: Uint8Array.of(97) }, Uint8Array.of(1, 2));
  const { head, bytes } = decodeFramed(body);
  expect(head).toEqual({ a: 'ä', c: 'YQ==' });
  expect([...bytes]).toEqual([1, 2]);
});

test('a message that lies inside other memory is read from its own beginning', () => {
  const body = encodeFramed({ a: 1 });
  const memory = new Uint8Array(body.length + 3);
  memory.set(body, 3);
  expect(decodeFramed(memory.subarray(3)).head).toEqual({ a: 1 });
});

const framed = (head: string, length = Buffer.byteLength(head)) => {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  return Buffer.concat([prefix, Buffer.from(head)]);
};

const wrong: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['three bytes', Uint8Array.of(0, 0, 0)],
  ['a head that is longer than the message', framed('{}', 3)],
  ['a head of four gigabytes', framed('{}', 2 ** 32 - 1)],
  ['a head that is no JSON', framed('{')],
  ['a head that is no object', framed('[]')],
  ['a head with a member twice', framed('{"a":1,"a":2}')],
  ['a head that is nested without end', framed(`${'['.repeat(1000)}${']'.repeat(1000)}`)],
];
for (const [title, body] of wrong) {
  test(`${title} is no message`, () => {
    expect(() => decodeFramed(body)).toThrow(WireFault);
  });
}
