import { expect, test } from 'vitest';
import { type KeyEvent, stateAfter, type TableState } from '../../src/lifecycle/table-state.ts';

const cells: Readonly<Record<TableState, Readonly<Record<KeyEvent, TableState>>>> = {
  ACTIVE: { keyLost: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', keyBack: 'ACTIVE' },
  INACCESSIBLE_ENCRYPTION_CREDENTIALS: {
    keyLost: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
    keyBack: 'ACTIVE',
  },
};

for (const state of ['ACTIVE', 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'] as const) {
  for (const event of ['keyLost', 'keyBack'] as const) {
    test(`${state} goes to ${cells[state][event]} on ${event}`, () => {
      expect(stateAfter(state, event)).toBe(cells[state][event]);
    });
  }
}
