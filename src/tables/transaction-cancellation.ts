/** Why a transaction is cancelled: for each of its parts, in their order, what stands in its way. */
import { type CancellationReason, Refusal, type RefusalCode } from '../base/errors.ts';

/** Refusals of one part; any other is the whole request's. */
const reasonCodes: Partial<Readonly<Record<RefusalCode, string>>> = {
  ConditionalCheckFailed: 'ConditionalCheckFailed',
  CollectionTooLarge: 'ItemCollectionSizeLimitExceeded',
  DuplicateItem: 'DuplicateItem',
  Validation: 'ValidationError',
};

/** What `act` returns, or the refusal by which it stands in the transaction's way; throws any other fault. */
export function attempt<T>(act: () => T): T | Refusal {
  try {
    return act();
  } catch (fault) {
    return asReason(fault);
  }
}

/** The fault of a part, if it is a refusal of that part alone; throws any other. */
export function asReason(fault: unknown): Refusal {
  const refusal: Refusal | undefined = fault instanceof Refusal ? fault : undefined;
  if (refusal === undefined || reasonCodes[refusal.code] === undefined) throw fault;
  return refusal;
}

/** The parts, where none is a refusal; else refuses TransactionCancelled. */
export function requireAll<T extends object>(parts: readonly (T | Refusal)[]): readonly T[] {
  const sound: T[] = [];
  for (const part of parts) if (!(part instanceof Refusal)) sound.push(part);
  if (sound.length === parts.length) return sound;
  throw new Refusal('TransactionCancelled', { reasons: parts.map(reasonOf) });
}

function reasonOf(part: object): CancellationReason {
  const refusal: Refusal | undefined = part instanceof Refusal ? part : undefined;
  if (refusal === undefined) return { Code: 'None' };
  const { code, message, details } = refusal;
  const shown = 'item' in details && details.item !== undefined ? { Item: details.item } : {};
  return { Code: reasonCodes[code] ?? code, Message: message, ...shown };
}
