/** What the operations of CloudTrail are run with. */
import type { EventPage, EventQuery } from '../../audit/query.ts';
import type { Caller } from '../../kms/key-service.ts';

export interface CloudTrailContext {
  readonly caller: Caller;
  readonly history: {
    lookUp(query: EventQuery): Promise<EventPage>;
  };
}
