/** What operations that have nothing to do with backups, buckets and replicas are handed in their place. */
import type { BackupDoors, ExchangeDoors, ReplicaDoors } from '../../src/api/dynamodb/context.ts';

function unexpected(): never {
  throw new TypeError('this test has no backups');
}

export const noBackups: BackupDoors & ExchangeDoors & ReplicaDoors = {
  replicas: { update: unexpected },
  exports: { start: unexpected, find: unexpected, all: unexpected },
  imports: { start: unexpected, find: unexpected, all: unexpected },
  backups: { create: unexpected, find: unexpected, all: unexpected, delete: unexpected },
  restores: { restore: unexpected },
  pointInTime: {
    describe: unexpected,
    change: unexpected,
    restore: unexpected,
    keepDeleted: async () => async () => {},
  },
};
