/** What is served: the operations of each API, and what their answers are sealed with that come back with a later request. */
import { cloudtrailOperations } from './api/cloudtrail/index.ts';
import type { BackupDoors, ExchangeDoors, ReplicaDoors, TablesDoor } from './api/dynamodb/context.ts';
import { DelayedTables, type StatusDelays } from './api/dynamodb/delayed-tables.ts';
import { dynamodbOperations } from './api/dynamodb/index.ts';
import { kmsOperations } from './api/kms/index.ts';
import { type KeyRequestQuota, withKeyRequestQuota } from './api/kms/request-quota.ts';
import { streamsOperations } from './api/streams/index.ts';
import { ShardIterators } from './api/streams/shard-iterators.ts';
import type { Audit } from './audit/audit.ts';
import type { Clock } from './base/clock.ts';
import type { Closing } from './closing.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import { historyJudge } from './server/access/history-access.ts';
import { tableJudge } from './server/access/table-access.ts';
import { type Service, serviceOf } from './server/service.ts';
import { NextTokens } from './tables/partiql/next-token.ts';
import type { Tables } from './tables/tables.ts';

interface ServicesOptions {
  readonly tables: Tables;
  readonly copies: BackupDoors & ExchangeDoors & ReplicaDoors;
  readonly kms: EmbeddedKms;
  readonly audit: Pick<Audit, 'lookUp'>;
  readonly clock: Clock;
  readonly statusDelays: StatusDelays | undefined;
  readonly keyRequestQuota?: KeyRequestQuota | undefined;
}

export interface Services {
  readonly services: readonly Service[];
  readonly nextTokens: NextTokens;
}

/** Their keys come from the key service, so that what they sealed is good after a restart; `closing` wipes them. */
export function openServices(
  { tables, copies, kms, audit, clock, statusDelays, keyRequestQuota = 'none' }: ServicesOptions,
  closing: Closing,
): Services {
  const { core } = kms;
  const keyFor = (purpose: string) => closing.add(kms.deriveKey(purpose), (opened) => opened.destroy());
  const iterators = new ShardIterators({ core, key: keyFor('shard iterators'), clock });
  const nextTokens = new NextTokens({ core, key: keyFor('PartiQL next tokens') });
  const door: TablesDoor =
    statusDelays === undefined ? tables : new DelayedTables(tables, clock, statusDelays);
  const judge = tableJudge(tables.annotations);
  const services = [
    serviceOf({
      model: 'dynamodb',
      operations: dynamodbOperations,
      context: (asked) => ({ tables: door, ...copies, nextTokens, ...asked }),
      judge,
    }),
    serviceOf({
      model: 'streams',
      operations: streamsOperations,
      context: ({ caller, connection }) => ({ streams: tables.streams, iterators, caller, connection }),
      judge,
    }),
    serviceOf({
      model: 'kms',
      operations: withKeyRequestQuota(kmsOperations, clock, keyRequestQuota),
      context: ({ caller }) => ({ kms, caller }),
    }),
    serviceOf({
      model: 'cloudtrail',
      operations: cloudtrailOperations,
      context: ({ caller }) => ({ history: audit, caller }),
      judge: historyJudge,
    }),
  ];
  return { services, nextTokens };
}
