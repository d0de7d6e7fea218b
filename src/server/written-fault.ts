/** A fault on its way to another process: refusals as they are, all else as an outage. */
import { Outage, Refusal, type RefusalCode, type RefusalDetails } from '../base/errors.ts';

/** As JSON takes it. */
export type WrittenFault =
  | { readonly refusal: RefusalCode; readonly details: unknown }
  | { readonly outage: 'KeyServiceUnavailable' };

/** What is no refusal says nothing beyond this process but that there is no answer: the log here has the rest. */
export function writtenFault(fault: unknown): WrittenFault {
  if (fault instanceof Refusal) return { refusal: fault.code, details: fault.details };
  return { outage: 'KeyServiceUnavailable' };
}

export function parsedFault(written: WrittenFault): Error {
  if ('outage' in written) return new Outage(written.outage);
  return new Refusal(written.refusal, written.details as RefusalDetails<RefusalCode>);
}
