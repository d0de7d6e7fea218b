/** Refusals of a change for which it is not the time: while another one is at the table, or it is protected. */
import { Refusal, refuse } from '../base/errors.ts';
import { isWhole, type TableRecord } from './catalog-record.ts';

export function stillInUse(why: string): Refusal<'TableInUse'> {
  const message = `Attempt to change a resource which is still in use: ${why}`;
  return new Refusal('TableInUse', { message });
}

/** Refuses TableInUse until the table is whole: restored from a backup, or copied from another region. */
export function refuseRestoring(record: TableRecord): void {
  if (!isWhole(record)) throw beingCreated(record);
}

export function beingCreated({ definition }: Pick<TableRecord, 'definition'>): Refusal<'TableInUse'> {
  return stillInUse(`Table is being created: ${definition.name}`);
}

export function beingUpdated({ definition }: Pick<TableRecord, 'definition'>): Refusal<'TableInUse'> {
  return stillInUse(`Table: ${definition.name} is in the process of being updated.`);
}

/**
 * Refuses TableNotFound for an archived table, as AWS does where that is known, and TableInUse while it is being archived,
 * in our own words: AWS says no more than that no operation is admitted then.
 */
export function refuseWithdrawn({ definition: { name: table }, status }: TableRecord): void {
  if (status === 'ARCHIVED') throw new Refusal('TableNotFound', { table });
  if (status === 'ARCHIVING') throw stillInUse(`Table is being archived: ${table}`);
}

/** Nothing is left to protect of an archived table, and nobody could take its protection away any more. */
export function refuseProtected({ definition, archival }: TableRecord): void {
  if (!definition.deletionProtection || archival !== undefined) return;
  refuse(
    'Resource cannot be deleted as it is currently protected against deletion. ' +
      'Disable deletion protection first.',
  );
}
