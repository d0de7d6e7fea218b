/** What every operation on sessions is handed: who asks, the directory, and what seals tokens. */
import type { Clock } from '../../base/clock.ts';
import type { Directory } from '../../iam/directory.ts';
import type { SessionTokens } from '../../iam/session-token.ts';
import type { Caller } from '../../kms/key-service.ts';

export interface SessionContext {
  readonly directory: Directory;
  readonly sessions: SessionTokens;
  readonly caller: Caller;
  readonly clock: Clock;
}
