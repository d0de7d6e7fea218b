import { expect, test } from 'vitest';
import { columns } from '../../src/cli/columns.ts';

test('cells of a column line up, and no line ends in blanks', () => {
  expect(columns([['a', 'long one', 'x'], ['longer', 'b', ''], ['c']])).toBe(
    'a       long one  x\nlonger  b\nc\n',
  );
});
