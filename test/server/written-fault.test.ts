import { expect, test } from 'vitest';
import { IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import { parsedFault, type WrittenFault, writtenFault } from '../../src/server/written-fault.ts';

/** As it goes to the other process. */
const sent = (fault: unknown): Error =>
  parsedFault(JSON.parse(JSON.stringify(writtenFault(fault))) as WrittenFault);

for (const refusal of [
  new Refusal('KeyDisabled', { keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/one' }),
  new Refusal('KeyAccessDenied', { message: 'User: ada is not authorized' }),
  new Refusal('InvalidCiphertext', {}),
]) {
  test(`the refusal ${refusal.code} arrives as it was`, () => {
    const arrived = sent(refusal);
    expect(arrived).toBeInstanceOf(Refusal);
    expect(arrived).toMatchObject({ code: refusal.code, details: refusal.details, message: refusal.message });
  });
}

for (const fault of [
  new Outage('StoreUnavailable', { hint: 'A path of this machine.' }),
  new IntegrityFault({ tree: 3 }),
  new Error('a secret'),
  'no error at all',
]) {
  test(`${fault} arrives as an outage of the key service, which says nothing of it`, () => {
    const arrived = sent(fault);
    expect(arrived).toMatchObject({ name: 'Outage', code: 'KeyServiceUnavailable' });
    expect(arrived.message).not.toMatch(/path|secret|tree/);
  });
}
