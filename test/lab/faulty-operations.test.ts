import { expect, test } from 'vitest';
import { withKeyFaults } from '../../src/lab/faulty-operations.ts';
import { KeyFaults } from '../../src/lab/key-faults.ts';
import { openConnection } from '../../src/server/connection.ts';
import { type Service, serviceOf } from '../../src/server/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const caller = { arn: 'arn:aws:iam::000000000000:root', account: '000000000000', region: 'us-east-1' };

function serviceNamed(model: 'kms' | 'dynamodb', seen: object[]): Service {
  const run = (_: object, input: object) => {
    seen.push(input);
    return {};
  };
  return serviceOf({ model, operations: [{ name: 'Encrypt', run }], context: () => ({}) });
}

async function call(service: Service | undefined, input: object) {
  const { connection } = openConnection();
  return service?.runs.get('Encrypt')?.({ caller, connection, host: undefined }, input);
}

test('operations of KMS meet the faults with the key they name, those of others do not', async () => {
  const faults = new KeyFaults(new VirtualClock(), 1);
  const seen: object[] = [];
  const [kms, dynamodb] = withKeyFaults([serviceNamed('kms', seen), serviceNamed('dynamodb', seen)], faults);
  faults.fail('deny', { operations: ['Encrypt'] });
  await expect(call(kms, { KeyId: 'alias/books' })).rejects.toMatchObject({
    code: 'KeyAccessDenied',
    message: expect.stringContaining('kms:Encrypt on resource: alias/books'),
  });
  expect(seen).toEqual([]);
  await call(dynamodb, { TableName: 'Books' });
  faults.mend();
  await call(kms, { KeyId: 'alias/books' });
  expect(seen).toEqual([{ TableName: 'Books' }, { KeyId: 'alias/books' }]);
});
