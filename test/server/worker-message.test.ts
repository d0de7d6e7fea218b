import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { answerOf, message, parsedHead } from '../../src/server/worker-message.ts';

describe('the answer to a question', () => {
  test('is of the kind that was asked for, with its bytes', () => {
    const bytes = Uint8Array.of(1, 2);
    const { head, bytes: beside } = answerOf(message({ kind: 'key', keyArn: 'arn' }, bytes), 'key');
    expect(head.keyArn).toBe('arn');
    expect(beside).toBe(bytes);
  });

  test('is thrown where it is a fault', () => {
    const fault = message({ kind: 'fault', fault: { refusal: 'KeyDisabled', details: { keyArn: 'arn' } } });
    expect(() => answerOf(fault, 'key')).toThrow(new Refusal('KeyDisabled', { keyArn: 'arn' }));
  });

  test('is a bug where it is of another kind', () => {
    expect(() => answerOf(message({ kind: 'done' }), 'key')).toThrow(TypeError);
  });
});

test('a head comes back as it was written', () => {
  const head = { kind: 'gone', connection: 7 } as const;
  expect(parsedHead(JSON.stringify(head))).toEqual(head);
});
