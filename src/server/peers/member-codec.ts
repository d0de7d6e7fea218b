/** Members of a group, stamps and positions, from the JSON of a peer. */
import { regionForm } from '../../lifecycle/replica-peers.ts';
import type { EncryptionChoice } from '../../tables/encryption-choice.ts';
import type { Position } from '../../tables/replication/replica-change.ts';
import type { ReplicaMember, ReplicaState } from '../../tables/replication/replication-state.ts';
import type { Stamp } from '../../tables/replication/stamp.ts';
import { treeKeyBytesMax } from './changes-codec.ts';
import type { MemberReader } from './member-reader.ts';

/** More regions than there are. */
const membersMax = 256;
/** As long as the sentence of a refusal: see fault-codec.ts. */
const reasonCharactersMax = 8192;
const arnCharactersMax = 2048;
/** Ids of groups and tables. */
export const idForm = /^[\w-]{1,64}$/;

/** Every state has its place here, or this does not compile. */
const stateNames: Readonly<Record<ReplicaState, true>> = {
  CREATING: true,
  ACTIVE: true,
  INACCESSIBLE_ENCRYPTION_CREDENTIALS: true,
  DELETING: true,
  CREATION_FAILED: true,
  LEFT: true,
};
const states = Object.keys(stateNames) as ReplicaState[];
const encryptionKinds: readonly EncryptionChoice['kind'][] = ['owned', 'managed', 'customer'];

type MemberParts = {
  readonly [Name in keyof Required<ReplicaMember>]: (reader: MemberReader) => ReplicaMember[Name];
};

/** One row a member, none left out: what a peer knows of the group and is not read here would be lost on its way. */
const memberParts: MemberParts = {
  region: (reader) => reader.text('region', { form: regionForm }),
  state: (reader) => reader.oneOf('state', states),
  stamp: (reader) => readStamp(reader, 'stamp'),
  encryption: (reader) => reader.oneOf('encryption', encryptionKinds),
  keyArn: optional('keyArn', (reader) => reader.text('keyArn', { max: arnCharactersMax })),
  sinceMs: optional('sinceMs', (reader) => reader.moment('sinceMs')),
  reason: optional('reason', (reader) => reader.text('reason', { max: reasonCharactersMax })),
  tableId: optional('tableId', (reader) => reader.text('tableId', { form: idForm })),
  askedBy: optional('askedBy', (reader) => reader.text('askedBy', { max: arnCharactersMax })),
};

export function readMembers(reader: MemberReader): readonly ReplicaMember[] {
  return reader.objects('members', membersMax, readMember);
}

function readMember(reader: MemberReader): ReplicaMember {
  const { region, state, stamp, encryption, ...others } = memberParts;
  const member = {
    region: region(reader),
    state: state(reader),
    stamp: stamp(reader),
    encryption: encryption(reader),
  };
  const given = Object.entries(others).map(([name, read]) => [name, read(reader)] as const);
  return { ...member, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}

function optional<T>(
  name: string,
  read: (reader: MemberReader) => T,
): (reader: MemberReader) => T | undefined {
  return (reader) => (reader.has(name) ? read(reader) : undefined);
}

export function readStamp(reader: MemberReader, name: string): Stamp {
  const parts = reader.object(name);
  const stamp = {
    ms: parts.count('ms'),
    count: parts.count('count'),
    region: parts.text('region', { form: regionForm }),
  };
  parts.end();
  return stamp;
}

export function readPosition(reader: MemberReader, name: string): Position {
  const parts = reader.object(name);
  const kind = parts.oneOf('kind', ['copy', 'follow']);
  const sequence = parts.count('sequence');
  const position: Position =
    kind === 'follow'
      ? { kind, sequence }
      : { kind, behind: parts.bytes('behind', treeKeyBytesMax), sequence };
  parts.end();
  return position;
}
