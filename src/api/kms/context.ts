/** What every KMS operation gets beside its input: the key service, and who asks. */
import type { EmbeddedKms } from '../../kms/embedded/embedded-kms.ts';
import type { Caller } from '../../kms/key-service.ts';

export interface KmsContext {
  readonly kms: EmbeddedKms;
  readonly caller: Caller;
}
