/** The demo's table under its customer managed key: made, refused, given back, moved between keys. */
import { type City, tableName } from './city.ts';
import type { Clients } from './clients.ts';
import { expectThat, until } from './expectation.ts';
import type { Packages } from './packages.ts';
import { readCity } from './questions.ts';

const keyAlias = 'alias/cities-demo';
/** Generous beside the seconds it takes, so that a busy machine fails nothing. */
const statusLimitMs = 30_000;

export interface Refused {
  readonly name: string;
  readonly message: string;
  readonly tookMs: number;
}

export class ProtectedTable {
  readonly keyArn: string;
  readonly #packages: Packages;
  readonly #clients: Clients;

  constructor(packages: Packages, clients: Clients, keyArn: string) {
    this.#packages = packages;
    this.#clients = clients;
    this.keyArn = keyArn;
  }

  /** A customer managed key with an alias, and a table under it. */
  static async create(packages: Packages, clients: Clients): Promise<ProtectedTable> {
    const { kms, dynamo } = packages;
    const made = await clients.keys.send(new kms.CreateKeyCommand({ Description: 'Key of the demo' }));
    const { Arn: keyArn, KeyId } = made.KeyMetadata ?? {};
    expectThat(keyArn !== undefined && KeyId !== undefined, 'CreateKey told no key.');
    await clients.keys.send(new kms.CreateAliasCommand({ AliasName: keyAlias, TargetKeyId: KeyId }));
    await clients.tables.send(
      new dynamo.CreateTableCommand({
        TableName: tableName,
        AttributeDefinitions: [
          { AttributeName: 'country', AttributeType: 'S' },
          { AttributeName: 'place', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'country', KeyType: 'HASH' },
          { AttributeName: 'place', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyAlias },
      }),
    );
    const table = new ProtectedTable(packages, clients, keyArn);
    await table.untilUnder(keyArn);
    return table;
  }

  async #describe() {
    const { dynamo } = this.#packages;
    return (await this.#clients.tables.send(new dynamo.DescribeTableCommand({ TableName: tableName }))).Table;
  }

  /** Active, under this key; `undefined`: under the AWS owned key, which DescribeTable does not show. */
  async untilUnder(keyArn: string | undefined): Promise<number> {
    const wish = `being active under ${keyArn ?? 'the AWS owned key'}`;
    const { tookMs } = await until(wish, statusLimitMs, async () => {
      const table = await this.#describe();
      const isUnder = table?.SSEDescription?.KMSMasterKeyArn === keyArn;
      const isSettled = table?.SSEDescription === undefined || table.SSEDescription.Status === 'ENABLED';
      return table?.TableStatus === 'ACTIVE' && isUnder && isSettled ? table : undefined;
    });
    return tookMs;
  }

  /** Disables the key and reads `city` until that is refused. */
  async disableKey(city: City): Promise<Refused> {
    const { kms } = this.#packages;
    await this.#clients.keys.send(new kms.DisableKeyCommand({ KeyId: this.keyArn }));
    const { found, tookMs } = await until('the table refusing', statusLimitMs, async () => {
      try {
        await readCity(this.#packages, this.#clients, city);
        return undefined;
      } catch (fault) {
        return fault instanceof Error ? fault : new Error(String(fault));
      }
    });
    return { name: found.name, message: found.message, tookMs };
  }

  /** Resolves with the moment since when the table says so itself. */
  async untilInaccessible(): Promise<{ since: Date; tookMs: number }> {
    const { found, tookMs } = await until('the table becoming inaccessible', statusLimitMs, async () => {
      const table = await this.#describe();
      if (table?.TableStatus !== 'INACCESSIBLE_ENCRYPTION_CREDENTIALS') return undefined;
      return table.SSEDescription?.InaccessibleEncryptionDateTime;
    });
    return { since: found, tookMs };
  }

  async enableKey(): Promise<number> {
    const { kms } = this.#packages;
    await this.#clients.keys.send(new kms.EnableKeyCommand({ KeyId: this.keyArn }));
    return this.untilUnder(this.keyArn);
  }

  async moveToOwnedKey(): Promise<number> {
    await this.#update({ Enabled: false });
    return this.untilUnder(undefined);
  }

  async moveToCustomerKey(): Promise<number> {
    await this.#update({ Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyAlias });
    return this.untilUnder(this.keyArn);
  }

  async #update(SSESpecification: {
    Enabled: boolean;
    SSEType?: 'KMS';
    KMSMasterKeyId?: string;
  }): Promise<void> {
    const { dynamo } = this.#packages;
    await this.#clients.tables.send(
      new dynamo.UpdateTableCommand({ TableName: tableName, SSESpecification }),
    );
  }
}
