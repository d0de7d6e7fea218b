/** A key service whose every call by the table engine is in the audit trail before its answer is used. */
import { Outage } from '../base/errors.ts';
import type {
  Caller,
  DataKey,
  DecryptOptions,
  EncryptionContext,
  KeyDescription,
  KeyListener,
  KeyService,
  TableGrants,
} from '../kms/key-service.ts';
import type { RecordedServiceParts } from './call-recorder.ts';
import type { EventFields } from './event.ts';
import { RecordedTableGrants } from './recorded-table-grants.ts';
import type { ServiceCall } from './service-call.ts';

type Told = Pick<ServiceCall, 'operation' | 'caller' | 'keyArn' | 'context' | 'requestParameters'>;

export class RecordedKeyService implements KeyService {
  readonly tableGrants: TableGrants | undefined;
  readonly #parts: RecordedServiceParts;

  constructor(parts: RecordedServiceParts) {
    const { tableGrants } = parts.service;
    this.#parts = parts;
    this.tableGrants = tableGrants === undefined ? undefined : new RecordedTableGrants(tableGrants, parts);
  }

  async describeKey(caller: Caller, keyId: string): Promise<KeyDescription> {
    const { service } = this.#parts;
    const told: Told = {
      operation: 'DescribeKey',
      caller,
      keyArn: this.#arnOf(caller, keyId),
      requestParameters: { keyId },
    };
    return await this.#recorded(
      told,
      () => service.describeKey(caller, keyId),
      ({ arn }) => arn,
    );
  }

  async generateDataKey(caller: Caller, keyId: string, context: EncryptionContext): Promise<DataKey> {
    const { service } = this.#parts;
    const encryptionContext = Object.fromEntries(context);
    const told: Told = {
      operation: 'GenerateDataKey',
      caller,
      keyArn: this.#arnOf(caller, keyId),
      context,
      requestParameters: { encryptionContext, keySpec: 'AES_256', keyId },
    };
    return await this.#recorded(
      told,
      () => service.generateDataKey(caller, keyId, context),
      ({ keyArn }) => keyArn,
    );
  }

  async decryptDataKey(
    caller: Caller,
    ciphertext: Uint8Array,
    context: EncryptionContext,
    options?: DecryptOptions,
  ): Promise<DataKey> {
    const { service, finder } = this.#parts;
    const encryptionContext: EventFields = Object.fromEntries(context);
    const told: Told = {
      operation: 'Decrypt',
      caller,
      keyArn: finder.arnOfCiphertext(caller, ciphertext),
      context,
      requestParameters: { encryptionContext, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    };
    return await this.#recorded(
      told,
      () => service.decryptDataKey(caller, ciphertext, context, options),
      ({ keyArn }) => keyArn,
    );
  }

  ownedKey(region: string): Promise<string> {
    return this.#parts.service.ownedKey(region);
  }

  onKeyChange(listener: KeyListener): () => void {
    return this.#parts.service.onKeyChange(listener);
  }

  #arnOf(caller: Caller, keyId: string): string | undefined {
    return this.#parts.finder.arnOf(caller, keyId);
  }

  /** What was answered is thrown away where its record could not be made durable. */
  async #recorded<Answer extends KeyDescription | DataKey>(
    told: Told,
    ask: () => Promise<Answer>,
    keyArnOf: (answer: Answer) => string,
  ): Promise<Answer> {
    const { recorder, isOwned, errorOf } = this.#parts;
    if (told.keyArn !== undefined && isOwned(told.keyArn)) return await ask();
    await recorder.ready();
    let answer: Answer;
    try {
      answer = await ask();
    } catch (fault) {
      if (!isClosed(fault)) await recorder.serviceCall({ ...told, error: errorOf(fault) });
      throw fault;
    }
    const keyArn = keyArnOf(answer);
    if (isOwned(keyArn)) return answer;
    try {
      await recorder.serviceCall({ ...told, keyArn });
      return answer;
    } catch (fault) {
      if ('key' in answer) answer.key.destroy();
      throw fault;
    }
  }
}

/** The engine closes: that is no answer of the key service. */
function isClosed(fault: unknown): boolean {
  return fault instanceof Outage && fault.code === 'Closed';
}
