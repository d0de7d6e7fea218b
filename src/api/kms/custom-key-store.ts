/** Connecting, disconnecting, changing and deleting a custom key store: the one that is named is not there. */
import { Refusal } from '../../base/errors.ts';
import { type Operation, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

export const connectCustomKeyStore = absent('ConnectCustomKeyStore');
export const deleteCustomKeyStore = absent('DeleteCustomKeyStore');
export const disconnectCustomKeyStore = absent('DisconnectCustomKeyStore');
export const updateCustomKeyStore = absent('UpdateCustomKeyStore');

function absent(name: string): Operation<KmsContext> {
  return operation({
    name,
    run: ({ kms, caller }: KmsContext) => {
      kms.access.requireOwn(caller, name);
      kms.meter.count(name);
      throw new Refusal('KeyStoreNotFound', {});
    },
  });
}
