/** Which key service has which keys of a store: the embedded one alone, or beside it the one that its options name. */
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Closing } from './closing.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { KeyServiceClient } from './kms/key-service-client.ts';
import { KeyServices } from './kms/key-services.ts';
import { RemoteKeys } from './kms/remote-keys.ts';

export interface KeyServiceChoice {
  /**
   * Who has the customers' keys: `awsKms`, `vaultTransit`, or one of your own. The embedded service unless said otherwise. AWS
   * owned and AWS managed keys, and with them the catalogue, are the embedded one's in any case.
   */
  readonly keyService?: KeyServiceClient;
}

interface Parts {
  readonly kms: EmbeddedKms;
  readonly choice: KeyServiceChoice;
  readonly clock: Clock;
  readonly log: Log;
}

/** The embedded service counts the calls of both: what is asked of either is what a table costs. */
export function chosenKeyServices(
  { kms, choice: { keyService: client }, clock, log }: Parts,
  closing: Closing,
): KeyServices {
  if (client !== undefined) log.info({ keyService: client.name }, 'Customers’ keys are asked for elsewhere.');
  const count = (operation: string, keyArn: string) => kms.meter.count(operation, keyArn);
  const remote =
    client === undefined ? undefined : new RemoteKeys({ core: kms.core, client, clock, log, count });
  return closing.add(new KeyServices({ own: kms, remote }), (opened) => opened.close());
}
