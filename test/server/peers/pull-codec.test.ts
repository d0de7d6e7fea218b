import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/lab/seeded-random.ts';
import { encodeFramed } from '../../../src/server/peers/peer-message.ts';
import {
  decodePull,
  decodePullAnswer,
  encodePull,
  encodePullAnswer,
} from '../../../src/server/peers/pull-codec.ts';
import { WireFault } from '../../../src/server/peers/wire-fault.ts';
import { member, pullAnswer, pullRequest } from './support.ts';

const region = 'eu-west-1';

test('a pull comes back as it was, be it the first, of members alone, or one that goes on', () => {
  const { position: _, ...first } = pullRequest;
  for (const request of [pullRequest, first, { ...first, membersOnly: true } as const]) {
    expect(decodePull(encodePull({ region, request }))).toEqual({ region, request });
  }
});

test('an answer comes back as it was, with a page and without one', () => {
  for (const answer of [pullAnswer, { members: [member] }, { members: [] }]) {
    expect(decodePullAnswer(encodePullAnswer(answer))).toEqual(answer);
  }
});

describe('refused is', () => {
  const pulls: readonly (readonly [string, object])[] = [
    ['a pull of nobody', { puller: undefined }],
    ['a pull of an account that is none', { account: '12' }],
    ['a pull of a group of no id', { groupId: '' }],
    ['a pull with more than this version knows', { more: 1 }],
  ];
  for (const [title, change] of pulls) {
    test(title, () => {
      const body = encodeFramed({ region, ...pullRequest, ...change });
      expect(() => decodePull(body)).toThrow(WireFault);
    });
  }

  test('a pull with bytes behind it', () => {
    expect(() => decodePull(encodeFramed({ region, ...pullRequest }, Uint8Array.of(0)))).toThrow(WireFault);
  });

  test('an answer with changes and no page', () => {
    expect(() => decodePullAnswer(encodeFramed({ members: [] }, Uint8Array.of(0)))).toThrow(WireFault);
  });

  test('a page without changes', () => {
    const { position, isWhole, high } = pullAnswer.page ?? {};
    expect(() => decodePullAnswer(encodeFramed({ members: [], page: { position, isWhole, high } }))).toThrow(
      WireFault,
    );
  });
});

/** R-API-1 */
test('any damage to a message is a fault of the wire, or makes another that is whole', () => {
  const messages = [
    { whole: encodePull({ region, request: pullRequest }), decode: decodePull },
    { whole: encodePullAnswer(pullAnswer), decode: decodePullAnswer },
  ];
  for (let seed = 1; seed <= 2000; seed++) {
    const random = seededRandom(seed);
    const { whole, decode } = messages[seed % 2] ?? { whole: new Uint8Array(0), decode: decodePull };
    const bytes = Uint8Array.from(whole);
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const damaged = random() < 0.3 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
    try {
      decode(damaged);
    } catch (fault) {
      expect(fault, `seed ${seed}`).toBeInstanceOf(WireFault);
    }
  }
});
