import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { readBody } from '../../src/server/request-body.ts';

function message(headers: Record<string, string> = {}): IncomingMessage {
  const made = new IncomingMessage(new Socket());
  Object.assign(made.headers, headers);
  return made;
}

function push(made: IncomingMessage, ...pieces: readonly string[]): IncomingMessage {
  for (const piece of pieces) made.push(piece);
  return made;
}

function whole(made: IncomingMessage): IncomingMessage {
  made.complete = true;
  made.push(null);
  return made;
}

test.each([
  ['no piece', [], ''],
  ['one piece', ['whole'], 'whole'],
  ['several pieces', ['in ', 'three ', 'parts'], 'in three parts'],
  ['as much as is allowed', ['0123456789', '01234567890'.slice(0, 10)], '01234567890123456789'],
])('%s is the body', async (_, pieces, text) => {
  const body = await readBody(whole(push(message(), ...pieces)), 20);
  expect(Buffer.from(body as Uint8Array).toString()).toBe(text);
});

test('a body that is told to be too large is not read at all', async () => {
  const made = push(message({ 'content-length': '21' }), 'x'.repeat(21));
  expect(await readBody(made, 20)).toBe('too large');
  expect(made.readableLength).toBe(21);
});

test('a body that becomes too large is not kept', async () => {
  expect(await readBody(push(message(), 'x'.repeat(20), 'y'), 20)).toBe('too large');
});

test('a body whose sender goes away is no body', async () => {
  const made = push(message({ 'content-length': '10' }), 'half');
  const body = readBody(made, 20);
  made.destroy();
  expect(await body).toBe('gone');
});

test('a body that breaks off with a fault is no body', async () => {
  const made = message();
  const body = readBody(made, 20);
  made.destroy(new Error('aborted'));
  expect(await body).toBe('gone');
});
