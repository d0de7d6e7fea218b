import { describe, expect, test } from 'vitest';
import { type StreamSpecification, streamChoice } from '../../../src/api/dynamodb/stream-choice.ts';
import { refusalOf } from '../../support/refusal.ts';
import { P } from './support.ts';

test('a stream is chosen with its view, or none', () => {
  expect(streamChoice({ StreamEnabled: true, StreamViewType: 'OLD_IMAGE' })).toEqual({ view: 'OLD_IMAGE' });
  expect(streamChoice({ StreamEnabled: false })).toBe('off');
});

describe('R-API-1: a choice is refused', () => {
  const cases: readonly (readonly [StreamSpecification, string])[] = [
    [{ StreamEnabled: true }, 'StreamViewType must be specified when StreamEnabled is true'],
    [
      { StreamEnabled: false, StreamViewType: 'KEYS_ONLY' },
      'StreamViewType cannot be specified when StreamEnabled is false',
    ],
  ];
  for (const [specification, why] of cases) {
    test(why, async () => {
      expect(await refusalOf(() => streamChoice(specification))).toBe(
        `Validation: ${P}StreamSpecification: ${why}`,
      );
    });
  }
});
