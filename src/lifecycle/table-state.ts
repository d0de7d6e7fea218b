/** The state table: what becomes of a table when its key goes and when it comes back. */
import type { RecordedStatus } from '../tables/catalog-record.ts';

export type TableState = RecordedStatus;
export type KeyEvent = 'keyLost' | 'keyBack';

/** An event that is not in a state's row changes nothing. */
export const nextState = {
  ACTIVE: { keyLost: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' },
  INACCESSIBLE_ENCRYPTION_CREDENTIALS: { keyBack: 'ACTIVE' },
} as const satisfies Record<TableState, Partial<Record<KeyEvent, TableState>>>;

/** The state after an event; the same one where the event means nothing to it. */
export function stateAfter(state: TableState, event: KeyEvent): TableState {
  const row: Partial<Record<KeyEvent, TableState>> = nextState[state];
  return row[event] ?? state;
}
