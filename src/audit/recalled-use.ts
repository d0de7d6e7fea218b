/** Uses of keys that a process which died had recorded, and not yet kept where GetKeyLastUsage looks. */
import type { NumberedEntry } from './trail-reader.ts';

export interface RecalledUse {
  readonly keyArn: string;
  readonly operation: string;
  readonly atMs: number;
}

export interface RecallBounds {
  /** All uses until then are kept. */
  readonly keptUntilMs: number;
  /** Uses are kept so long after they were made, at most: before the last record, none can be missing that is older. */
  readonly keptWithinMs: number;
}

/** The operations that are uses of a key. */
const uses =
  /^(Encrypt|Decrypt|ReEncrypt|GenerateDataKey(Pair)?(WithoutPlaintext)?|GenerateMac|VerifyMac|Sign|Verify|DeriveSharedSecret)$/;

/** Newest first, as `entries` have to be. */
export async function* recalledUses(
  entries: AsyncIterable<NumberedEntry>,
  { keptUntilMs, keptWithinMs }: RecallBounds,
): AsyncGenerator<RecalledUse> {
  let lastMs: number | undefined;
  for await (const { event, atMs, isCopy } of entries) {
    lastMs ??= atMs;
    if (atMs <= keptUntilMs || atMs < lastMs - keptWithinMs) return;
    const { eventSource, eventName, errorCode, resources = [] } = event;
    const isUse = eventSource === 'kms.amazonaws.com' && uses.test(eventName) && errorCode === undefined;
    if (!isUse || isCopy === true) continue;
    for (const { type, ARN } of resources) {
      if (type === 'AWS::KMS::Key') yield { keyArn: ARN, operation: eventName, atMs };
    }
  }
}
