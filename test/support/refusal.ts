/** What a refused call was refused with, for tables of cases. */
import { Refusal } from '../../src/base/errors.ts';

/** The code and sentence of the Refusal that `call` ends in; `answered` where it does not. */
export async function refusalOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (fault) {
    if (fault instanceof Refusal)
      return fault.message === '' ? fault.code : `${fault.code}: ${fault.message}`;
    throw fault;
  }
  return 'answered';
}
