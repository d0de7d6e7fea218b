/** The state table: what becomes of a table when its key goes, when it comes back, and when it stays away for too long. */
import type { RecordedStatus } from '../tables/catalog-record.ts';

export const tableStates = [
  'ACTIVE',
  'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
  'ARCHIVING',
  'ARCHIVED',
  /** There is no such table any more. */
  'GONE',
] as const satisfies readonly (RecordedStatus | 'GONE')[];

export type TableState = (typeof tableStates)[number];

export const tableEvents = [
  /** The table service itself is refused the use of the key. */
  'keyLost',
  /** It can use the key again. */
  'keyBack',
  /** UpdateTable has put the table under another key, for which the one before was needed. */
  'keyChanged',
  /** The key was not back seven days after its loss was noticed. */
  'archiveDue',
  /** The backup is complete and verified. */
  'backupMade',
  /** DeleteTable. */
  'deleted',
] as const;

export type TableEvent = (typeof tableEvents)[number];

/** An event that is not in a state's row changes nothing; of those a caller asks for, it is refused. */
export const nextState = {
  ACTIVE: {
    keyLost: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
    keyChanged: 'ACTIVE',
    deleted: 'GONE',
  },
  INACCESSIBLE_ENCRYPTION_CREDENTIALS: {
    keyBack: 'ACTIVE',
    keyChanged: 'ACTIVE',
    archiveDue: 'ARCHIVING',
    deleted: 'GONE',
  },
  ARCHIVING: { backupMade: 'ARCHIVED' },
  ARCHIVED: { deleted: 'GONE' },
  GONE: {},
} as const satisfies Record<TableState, Partial<Record<TableEvent, TableState>>>;

/** The state after an event; the same one where the event means nothing to it. */
export function stateAfter(state: TableState, event: TableEvent): TableState {
  const row: Partial<Record<TableEvent, TableState>> = nextState[state];
  return row[event] ?? state;
}

/** The table as a picture, in the language of Mermaid: docs/table-states.md is made of it. */
export function statePicture(): string {
  const arrows = tableStates.flatMap((from) =>
    tableEvents
      .filter((event) => event in nextState[from])
      .map((event) => `  ${from} --> ${stateAfter(from, event)}: ${event}`),
  );
  return ['stateDiagram-v2', '  [*] --> ACTIVE', ...arrows, '  GONE --> [*]'].join('\n');
}
