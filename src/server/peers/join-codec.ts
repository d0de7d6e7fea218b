/** The request for a replica as the body of a message: the table goes as the input of CreateTable, and is checked as one. */
import { type CreateTableInput, tableDefinition } from '../../api/dynamodb/create-table.ts';
import type { IndexInput } from '../../api/dynamodb/index-definition.ts';
import { parseInput } from '../../api/shape.ts';
import { Refusal } from '../../base/errors.ts';
import type { JoinRequest } from '../../lifecycle/replica-peer.ts';
import { regionForm } from '../../lifecycle/replica-peers.ts';
import type { EncryptionChoice } from '../../tables/encryption-choice.ts';
import type { IndexDefinition, IndexKind } from '../../tables/index-definition.ts';
import type { TimeToLive } from '../../tables/table-record.ts';
import { idForm, readMembers } from './member-codec.ts';
import { accountForm, MemberReader } from './member-reader.ts';
import { encodeFramed } from './peer-message.ts';
import { headAlone } from './pull-codec.ts';
import { WireFault } from './wire-fault.ts';

export interface AddressedJoin {
  /** Where the replica is to be. */
  readonly region: string;
  readonly request: JoinRequest;
}

/** Bare: an ARN could name a table of elsewhere. */
const tableNameForm = /^[a-zA-Z0-9_.-]{3,255}$/;
const attributeCharactersMax = 255;
const arnCharactersMax = 2048;

/** The policies of the caller stay here: they bind in this process, and are judged here. */
export function encodeJoin({ region, request }: AddressedJoin): Uint8Array {
  const { account, groupId, timeToLive, members, caller } = request;
  return encodeFramed({
    region,
    account,
    groupId,
    table: createTableInput(request),
    timeToLive,
    members,
    caller: { arn: caller.arn, account: caller.account },
  });
}

/** Throws a WireFault, also where CreateTable would refuse such a table. */
export function decodeJoin(body: Uint8Array): AddressedJoin {
  const reader = new MemberReader(headAlone(body));
  const region = reader.text('region', { form: regionForm });
  const request: JoinRequest = {
    account: reader.text('account', { form: accountForm }),
    groupId: reader.text('groupId', { form: idForm }),
    ...readTable(reader),
    ...(reader.has('timeToLive') && { timeToLive: readTimeToLive(reader.object('timeToLive')) }),
    members: readMembers(reader),
    caller: readCaller(reader.object('caller')),
  };
  reader.end();
  return { region, request };
}

function createTableInput({ definition, indexes, stream, encryption }: JoinRequest): object {
  const ofKind = (kind: IndexKind) => indexInputs(indexes.filter((index) => index.kind === kind));
  return {
    TableName: definition.name,
    KeySchema: definition.keySchema,
    AttributeDefinitions: definition.attributeDefinitions,
    BillingMode: definition.billingMode,
    ProvisionedThroughput: definition.throughput,
    OnDemandThroughput: definition.onDemandThroughput,
    WarmThroughput: definition.warmThroughput,
    TableClass: definition.tableClass,
    DeletionProtectionEnabled: definition.deletionProtection,
    Tags: definition.tags.length === 0 ? undefined : definition.tags,
    LocalSecondaryIndexes: ofKind('local'),
    GlobalSecondaryIndexes: ofKind('global'),
    StreamSpecification: stream && { StreamEnabled: true, StreamViewType: stream },
    SSESpecification: sseInput(encryption),
  };
}

/** A list that is there holds something. */
function indexInputs(indexes: readonly IndexDefinition[]): readonly object[] | undefined {
  if (indexes.length === 0) return undefined;
  return indexes.map(
    ({ name, keySchema, projection, throughput, onDemandThroughput, warmThroughput }) =>
      ({
        IndexName: name,
        KeySchema: keySchema,
        Projection: projection,
        ...(throughput && { ProvisionedThroughput: throughput }),
        ...(onDemandThroughput && { OnDemandThroughput: onDemandThroughput }),
        ...(warmThroughput && { WarmThroughput: warmThroughput }),
      }) satisfies IndexInput,
  );
}

function sseInput(encryption: EncryptionChoice): object {
  if (encryption.kind === 'owned') return { Enabled: false };
  const key = encryption.kind === 'customer' ? { KMSMasterKeyId: encryption.keyId } : {};
  return { Enabled: true, SSEType: 'KMS', ...key };
}

function readTable(
  reader: MemberReader,
): Pick<JoinRequest, 'definition' | 'indexes' | 'stream' | 'encryption'> {
  try {
    const input = parseInput('dynamodb', 'CreateTable', reader.whole('table')) as CreateTableInput;
    if (!tableNameForm.test(input.TableName)) throw new WireFault('table.TableName');
    const { indexes = [], stream, encryption, policy: _, ...definition } = tableDefinition(input);
    return { definition, indexes, ...(stream && { stream }), encryption };
  } catch (fault) {
    // Its sentence may quote the message.
    if (fault instanceof Refusal) throw new WireFault('table');
    throw fault;
  }
}

function readTimeToLive(reader: MemberReader): TimeToLive {
  const timeToLive = {
    attribute: reader.text('attribute', { max: attributeCharactersMax }),
    isEnabled: reader.flag('isEnabled'),
    changedAtMs: reader.moment('changedAtMs'),
  };
  reader.end();
  return timeToLive;
}

function readCaller(reader: MemberReader): JoinRequest['caller'] {
  const caller = {
    arn: reader.text('arn', { max: arnCharactersMax }),
    account: reader.text('account', { form: accountForm }),
  };
  reader.end();
  return caller;
}
