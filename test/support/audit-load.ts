/** Changes of keys whose records are read back: what was acknowledged has its record, in its order (R-AUD-3). */
import type { JsonCall, Output } from './json-call.ts';
import { type Course, type WritePath, writeUntilOver } from './write-path.ts';

const operation = 'UpdateKeyDescription';

/** Each key has one writer. */
export const auditTrail: WritePath = {
  name: 'audit trail',
  async prepare(call) {
    const keys: string[] = [];
    for (let n = 0; n < 3; n++) keys.push((await call('CreateKey', {})).KeyMetadata.Arn);
    return {
      load: async (course) => {
        await Promise.all(
          keys.map((key) => writeUntilOver(course, (turn) => describe(course, key, `${turn}`))),
        );
      },
      read: (now) => readRecords(now, keys),
    };
  },
};

async function describe({ call, ledger }: Course, KeyId: string, Description: string): Promise<void> {
  await ledger.write(`record ${KeyId}`, Description, () => call(operation, { KeyId, Description }));
}

/** The newest record of each key's changes. */
async function readRecords(call: JsonCall, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const KeyId of keys) {
    const newest = await newestRecord(call, KeyId);
    if (newest !== undefined) found.set(`record ${KeyId}`, newest.requestParameters.description);
  }
  return found;
}

async function newestRecord(call: JsonCall, key: string): Promise<Output | undefined> {
  const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: operation }];
  let NextToken: string | undefined;
  do {
    const page: Output = await call('LookupEvents', { LookupAttributes, NextToken });
    for (const { CloudTrailEvent } of page.Events) {
      const event: Output = JSON.parse(CloudTrailEvent);
      if (event.requestParameters.keyId === key) return event;
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return undefined;
}
