/** What every KMS operation gets beside its input: the key service, and who asks. */
import type { Caller } from '../../kms/key-service.ts';
import type { EmbeddedKms } from '../../kms/embedded/embedded-kms.ts';

export interface KmsContext {
  readonly kms: EmbeddedKms;
  readonly caller: Caller;
}
