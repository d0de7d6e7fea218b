/** The embedded key service as one outside this process, whose answers can be changed, withheld or late. */
import { Outage } from '../../src/base/errors.ts';
import type { EmbeddedKms } from '../../src/kms/embedded/embedded-kms.ts';
import type {
  DecryptQuestion,
  DescribeQuestion,
  GenerateQuestion,
  KeyServiceClient,
  MadeDataKey,
  OpenedDataKey,
} from '../../src/kms/key-service-client.ts';
import type { PatienceLimits } from '../../src/kms/patience.ts';
import { user } from './embedded-kms.ts';

export class EmbeddedClient implements KeyServiceClient {
  readonly name = 'a service of the test';
  readonly patience: Partial<PatienceLimits> = { attemptsMax: 1 };
  /** Questions, in order. */
  readonly asked: string[] = [];
  /** Every plaintext that was given out: all must be wiped. */
  readonly givenOut: Uint8Array[] = [];
  closes = 0;
  /** Thrown in place of answers. */
  fault: Error | undefined;
  /** What a lying service makes of its answers. */
  twistMade: (made: MadeDataKey) => MadeDataKey = (made) => made;
  twistOpened: (opened: OpenedDataKey) => OpenedDataKey = (opened) => opened;
  /** Awaited before each answer. */
  delay: (signal: AbortSignal) => Promise<void> = async () => {};
  readonly #kms: EmbeddedKms;

  constructor(kms: EmbeddedKms) {
    this.#kms = kms;
  }

  async describeKey({ keyId, signal }: DescribeQuestion) {
    await this.#arrive('DescribeKey', signal);
    return this.#kms.describeKey(user, keyId);
  }

  async generateDataKey({ keyArn: keyId, context, signal }: GenerateQuestion): Promise<MadeDataKey> {
    await this.#arrive('GenerateDataKey', signal);
    const request = { keyId, context, bytes: 32, withPlaintext: true };
    const { plaintext = Buffer.alloc(0), ciphertext, keyArn } = this.#kms.use.generateDataKey(user, request);
    const made = this.twistMade({ plaintext, ciphertext, keyArn });
    this.givenOut.push(made.plaintext);
    return made;
  }

  async decryptDataKey({
    ciphertext,
    context,
    keyArn: keyId,
    signal,
  }: DecryptQuestion): Promise<OpenedDataKey> {
    await this.#arrive('Decrypt', signal);
    const { plaintext, keyArn } = this.#kms.use.decrypt(user, { ciphertext, context, keyId });
    const opened = this.twistOpened({ plaintext, keyArn });
    this.givenOut.push(opened.plaintext);
    return opened;
  }

  close(): void {
    this.closes++;
  }

  /** From now on it is as if it were not there. */
  goAway(): void {
    this.fault = new Outage('KeyServiceUnavailable');
  }

  async #arrive(question: string, signal: AbortSignal): Promise<void> {
    this.asked.push(question);
    if (this.fault !== undefined) throw this.fault;
    await this.delay(signal);
  }
}
