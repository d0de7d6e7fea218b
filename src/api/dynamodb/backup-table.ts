/** A table that is not there, as the operations on backups say it. */
import { isRefusal, Refusal } from '../../base/errors.ts';

/** Refuses ContinuousTableNotFound where `described` refuses TableNotFound. */
export async function requireTable(described: Promise<unknown>, name: string): Promise<void> {
  try {
    await described;
  } catch (fault) {
    if (!isRefusal(fault, 'TableNotFound')) throw fault;
    throw new Refusal('ContinuousTableNotFound', { table: fault.details.table ?? name });
  }
}
