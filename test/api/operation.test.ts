import { expect, test } from 'vitest';
import { operation } from '../../src/api/operation.ts';

test('an operation is its name and what it does with its context and input', async () => {
  const greet = operation({
    name: 'Greet',
    run: ({ word }: { word: string }, { Name }: { readonly Name: string }) => ({ Text: `${word}, ${Name}` }),
  });
  expect(greet.name).toBe('Greet');
  expect(await greet.run({ word: 'Good day' }, { Name: 'Ada' })).toEqual({ Text: 'Good day, Ada' });
});
