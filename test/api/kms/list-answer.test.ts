import { expect, test } from 'vitest';
import { encodeBody } from '../../../src/api/json.ts';
import { listAnswer } from '../../../src/api/kms/list-answer.ts';

const shown = (answer: object) => JSON.parse(Buffer.from(encodeBody(answer)).toString());
const entry = (n: number) => ({ N: n });

test('a list has its entries, and says whether more follow and how to ask for them', () => {
  expect(shown(listAnswer({ items: [1, 2], nextMarker: 'm' }, 'Keys', entry))).toEqual({
    Keys: [{ N: 1 }, { N: 2 }],
    NextMarker: 'm',
    Truncated: true,
  });
  expect(shown(listAnswer({ items: [] }, 'Tags', entry))).toEqual({ Tags: [], Truncated: false });
});
