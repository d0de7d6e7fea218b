import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  stateAfter,
  statePicture,
  type TableEvent,
  type TableState,
  tableEvents,
  tableStates,
} from '../../src/lifecycle/table-state.ts';

const lost = 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';

const cells: Readonly<Record<TableState, Readonly<Record<TableEvent, TableState>>>> = {
  ACTIVE: {
    keyLost: lost,
    keyBack: 'ACTIVE',
    keyChanged: 'ACTIVE',
    archiveDue: 'ACTIVE',
    backupMade: 'ACTIVE',
    deleted: 'GONE',
  },
  [lost]: {
    keyLost: lost,
    keyBack: 'ACTIVE',
    keyChanged: 'ACTIVE',
    archiveDue: 'ARCHIVING',
    backupMade: lost,
    deleted: 'GONE',
  },
  ARCHIVING: {
    keyLost: 'ARCHIVING',
    keyBack: 'ARCHIVING',
    keyChanged: 'ARCHIVING',
    archiveDue: 'ARCHIVING',
    backupMade: 'ARCHIVED',
    deleted: 'ARCHIVING',
  },
  ARCHIVED: {
    keyLost: 'ARCHIVED',
    keyBack: 'ARCHIVED',
    keyChanged: 'ARCHIVED',
    archiveDue: 'ARCHIVED',
    backupMade: 'ARCHIVED',
    deleted: 'GONE',
  },
  GONE: {
    keyLost: 'GONE',
    keyBack: 'GONE',
    keyChanged: 'GONE',
    archiveDue: 'GONE',
    backupMade: 'GONE',
    deleted: 'GONE',
  },
};

describe('every cell of the state table', () => {
  for (const state of tableStates) {
    for (const event of tableEvents) {
      test(`${state} goes to ${cells[state][event]} on ${event}`, () => {
        expect(stateAfter(state, event)).toBe(cells[state][event]);
      });
    }
  }
});

test('the picture of it in docs/table-states.md is the one that the table makes', () => {
  const document = readFileSync(new URL('../../docs/table-states.md', import.meta.url), 'utf8');
  expect(document).toContain(`\`\`\`mermaid\n${statePicture()}\n\`\`\``);
  for (const event of tableEvents) expect(document).toContain(`| \`${event}\` |`);
});
