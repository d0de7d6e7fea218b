/** Refusals of a change that comes while another one is at the table. */
import { Refusal } from '../base/errors.ts';
import type { TableRecord } from './catalog-record.ts';

export function stillInUse(why: string): Refusal<'TableInUse'> {
  const message = `Attempt to change a resource which is still in use: ${why}`;
  return new Refusal('TableInUse', { message });
}

export function beingUpdated({ definition }: Pick<TableRecord, 'definition'>): Refusal<'TableInUse'> {
  return stillInUse(`Table: ${definition.name} is in the process of being updated.`);
}
