/** What every operation on streams is handed: who asks, over which connection, the streams and their iterators. */
import type { ClientConnection } from '../../keys/client-connection.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { OpenStream } from '../../tables/stream/open-stream.ts';
import type { StreamInfo } from '../../tables/stream/stream-info.ts';
import type { ShardIterators } from './shard-iterators.ts';

/** The streams, as operations use them: tables/stream/table-streams.ts. */
export interface StreamsDoor {
  /** Of the caller's account and region, or of one table there, in the order of their ARNs. */
  list(caller: Caller, table?: string): readonly StreamInfo[];
  /** Refuses StreamNotFound, and TableKeyRefused where the key of its table may not be used. */
  open(caller: Caller, connection: ClientConnection, arn: string): Promise<OpenStream>;
}

export interface StreamsContext {
  readonly streams: StreamsDoor;
  readonly iterators: ShardIterators;
  readonly caller: Caller;
  readonly connection: ClientConnection;
}
