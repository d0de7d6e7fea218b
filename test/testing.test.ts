import { expect, test } from 'vitest';
import * as testing from '../src/testing.ts';

test('what tests of others may import is what they are promised, and nothing else', async () => {
  expect(Object.keys(testing).sort()).toEqual(['VirtualClock', 'assertSealed', 'createLab']);
  const lab = await testing.createLab();
  await lab.advance('1h');
  await lab.close();
});
