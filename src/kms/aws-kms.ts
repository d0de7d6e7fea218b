/** AWS KMS, or what speaks its language, as the key service of customers' keys: through `@aws-sdk/client-kms`. */
import { Outage, Refusal } from '../base/errors.ts';
import { awsFault } from './aws-fault.ts';
import { keyStates } from './embedded/key-state.ts';
import type { EncryptionContext, KeyDescription, KeyState } from './key-service.ts';
import type { KeyServiceClient } from './key-service-client.ts';
import type { PatienceLimits } from './patience.ts';
import { refusePlain, tlsEndpoint } from './tls-endpoint.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsKmsOptions {
  /**
   * Where the keys are. Several: each table's keys are in the region of the table, which must be one of them: no request
   * chooses where this process connects to (R-SSRF-1).
   */
  readonly region: string | readonly string[];
  /** Of a VPC endpoint, or of another service that speaks KMS. */
  readonly endpoint?: string;
  /** Where the AWS SDK finds them unless said otherwise: environment, profile, instance role. */
  readonly credentials?: AwsCredentials | (() => Promise<AwsCredentials>);
  readonly patience?: Partial<PatienceLimits>;
}

type Sdk = typeof import('@aws-sdk/client-kms');
type Client = InstanceType<Sdk['KMSClient']>;

interface Connected {
  readonly sdk: Sdk;
  readonly client: Client;
}

const regionForm = /^[a-z]{2,}(-[a-z0-9]+)+$/;

/** Refuses what is no region with a TypeError, and an endpoint without TLS with Outage KeyServiceUnsafe. */
export function awsKms(options: AwsKmsOptions): KeyServiceClient {
  return new AwsKms(options);
}

class AwsKms implements KeyServiceClient {
  readonly name: string;
  readonly patience: Partial<PatienceLimits>;
  readonly #regions: readonly string[];
  readonly #options: AwsKmsOptions;
  readonly #clients = new Map<string, Promise<Connected>>();

  constructor(options: AwsKmsOptions) {
    const { region, endpoint, patience = {} } = options;
    const regions = typeof region === 'string' ? [region] : region;
    if (regions.length === 0 || !regions.every((one) => regionForm.test(one))) {
      throw new TypeError('AWS KMS is in one region or several, each written as us-east-1.');
    }
    if (endpoint !== undefined) tlsEndpoint(endpoint);
    this.name = `AWS KMS in ${regions.join(', ')}`;
    this.patience = patience;
    this.#regions = regions;
    this.#options = options;
  }

  async describeKey({ keyId, region, signal }: Parameters<KeyServiceClient['describeKey']>[0]) {
    const { sdk, client } = await this.#connect(this.#regionOf(region));
    const command = new sdk.DescribeKeyCommand({ KeyId: keyId });
    const { KeyMetadata } = await told(keyId, () => client.send(command, { abortSignal: signal }));
    return description(KeyMetadata);
  }

  async generateDataKey(question: Parameters<KeyServiceClient['generateDataKey']>[0]) {
    const { keyArn: KeyId, context, signal } = question;
    const { sdk, client } = await this.#connect(this.#regionOfKey(question));
    const command = new sdk.GenerateDataKeyCommand({
      KeyId,
      KeySpec: 'AES_256',
      EncryptionContext: pairs(context),
    });
    const answer = await told(KeyId, () => client.send(command, { abortSignal: signal }));
    const { Plaintext: plaintext, KeyId: keyArn, CiphertextBlob: ciphertext } = answer;
    if (plaintext === undefined || keyArn === undefined || ciphertext === undefined) {
      plaintext?.fill(0);
      throw incomplete();
    }
    return { plaintext, keyArn, ciphertext };
  }

  /** It names the key: the service then tries that one alone (R-COM-2). */
  async decryptDataKey(question: Parameters<KeyServiceClient['decryptDataKey']>[0]) {
    const { keyArn: KeyId, ciphertext, context, signal } = question;
    const { sdk, client } = await this.#connect(this.#regionOfKey(question));
    const command = new sdk.DecryptCommand({
      KeyId,
      CiphertextBlob: ciphertext,
      EncryptionContext: pairs(context),
    });
    const answer = await told(KeyId, () => client.send(command, { abortSignal: signal }));
    const { Plaintext: plaintext, KeyId: keyArn } = answer;
    if (plaintext === undefined || keyArn === undefined) {
      plaintext?.fill(0);
      throw incomplete();
    }
    return { plaintext, keyArn };
  }

  close(): void {
    for (const connecting of this.#clients.values()) {
      connecting.then(({ client }) => client.destroy()).catch(() => {});
    }
    this.#clients.clear();
  }

  /** A region of this service: the only one, or the table's own. */
  #regionOf(region: string): string {
    const [only] = this.#regions;
    if (this.#regions.length === 1 && only !== undefined) return only;
    if (this.#regions.includes(region)) return region;
    throw new Refusal('InvalidArnRegion', { region });
  }

  /** Keys stay where they were made, whichever region their table is of. */
  #regionOfKey({ keyArn, region }: { readonly keyArn: string; readonly region: string }): string {
    const ofKey = keyArn.split(':')[3] ?? '';
    if (this.#regions.includes(ofKey)) return ofKey;
    if (!keyArn.startsWith('arn:')) return this.#regionOf(region);
    throw new Outage('KeyServiceUnavailable', { hint: `${this.name} has no keys of region '${ofKey}'.` });
  }

  #connect(region: string): Promise<Connected> {
    const known = this.#clients.get(region);
    if (known !== undefined) return known;
    const connecting = this.#open(region);
    this.#clients.set(region, connecting);
    // Whoever asks next tries again.
    connecting.catch(() => this.#clients.delete(region));
    return connecting;
  }

  async #open(region: string): Promise<Connected> {
    const sdk = await loadSdk();
    const { endpoint, credentials } = this.#options;
    const client = new sdk.KMSClient({
      region,
      // How often and how long it is asked, our own patience says.
      maxAttempts: 1,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    });
    // Also where the environment names the endpoint.
    client.middlewareStack.add(
      (next) => (args) => {
        const { protocol, hostname } = args.request as {
          readonly protocol: string;
          readonly hostname: string;
        };
        refusePlain(protocol, hostname);
        return next(args);
      },
      { step: 'finalizeRequest', name: 'cryptableRefusePlain' },
    );
    return { sdk, client };
  }
}

async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-kms');
  } catch (cause) {
    throw new Outage('KeyServiceUnavailable', {
      cause,
      hint: 'AWS KMS is asked through a package of its own: npm install @aws-sdk/client-kms.',
    });
  }
}

async function told<Answer>(keyId: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (thrown) {
    throw thrown instanceof Outage ? thrown : awsFault(thrown, keyId);
  }
}

interface Metadata {
  readonly KeyId: string | undefined;
  readonly Arn?: string | undefined;
  readonly KeyState?: string | undefined;
  readonly KeyManager?: string | undefined;
  readonly DeletionDate?: Date | undefined;
}

function description(metadata: Metadata | undefined): KeyDescription {
  const { KeyId: keyId, Arn: arn, KeyState: state, KeyManager: manager } = metadata ?? { KeyId: undefined };
  if (keyId === undefined || arn === undefined || state === undefined) throw incomplete();
  const deletionMs = metadata?.DeletionDate?.getTime();
  return {
    keyId,
    arn,
    state: stateOf(state),
    manager: manager === 'AWS' ? 'AWS' : 'CUSTOMER',
    ...(deletionMs !== undefined && Number.isFinite(deletionMs) && { deletionMs }),
  };
}

/** A state that came after this was written allows nothing here. */
function stateOf(word: string): KeyState {
  if (word === 'PendingReplicaDeletion') return word;
  return keyStates.find((state) => state === word) ?? 'Unavailable';
}

function pairs(context: EncryptionContext): Record<string, string> {
  return Object.fromEntries(context);
}

function incomplete(): Outage {
  return new Outage('KeyServiceWrong', { hint: 'A part of its answer is missing.' });
}
