import { expect, test } from 'vitest';
import { isHanded, isTaken } from '../../src/cli/serve-worker-line.ts';

for (const [message, handed, taken] of [
  [{ handed: 1 }, true, false],
  [{ taken: 1 }, false, true],
  [{}, false, false],
  [null, false, false],
  ['handed', false, false],
  [undefined, false, false],
] as const) {
  test(`${JSON.stringify(message)} is ${handed ? 'a connection handed' : taken ? 'one taken' : 'neither'}`, () => {
    expect([isHanded(message), isTaken(message)]).toEqual([handed, taken]);
  });
}
