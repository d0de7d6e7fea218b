/** A pull and its answer as the bodies of messages. */
import type { PullAnswer, PullRequest } from '../../lifecycle/replica-peer.ts';
import { regionForm } from '../../lifecycle/replica-peers.ts';
import type { ChangePage } from '../../tables/replication/replica-change.ts';
import { decodeChanges, encodeChanges } from './changes-codec.ts';
import { idForm, readMembers, readPosition, readStamp } from './member-codec.ts';
import { accountForm, MemberReader } from './member-reader.ts';
import { decodeFramed, encodeFramed } from './peer-message.ts';
import { WireFault } from './wire-fault.ts';

export interface AddressedPull {
  /** That is asked. */
  readonly region: string;
  readonly request: PullRequest;
}

export function encodePull({ region, request }: AddressedPull): Uint8Array {
  const { account, groupId, puller, position, membersOnly, members } = request;
  return encodeFramed({ region, account, groupId, puller, position, membersOnly, members });
}

/** Throws a WireFault. */
export function decodePull(body: Uint8Array): AddressedPull {
  const reader = new MemberReader(headAlone(body));
  const region = reader.text('region', { form: regionForm });
  const request: PullRequest = {
    account: reader.text('account', { form: accountForm }),
    groupId: reader.text('groupId', { form: idForm }),
    puller: reader.text('puller', { form: regionForm }),
    ...(reader.has('position') && { position: readPosition(reader, 'position') }),
    ...(reader.has('membersOnly') && reader.flag('membersOnly') && { membersOnly: true as const }),
    members: readMembers(reader),
  };
  reader.end();
  return { region, request };
}

export function encodePullAnswer({ page, members }: PullAnswer): Uint8Array {
  if (page === undefined) return encodeFramed({ members });
  const { changes, position, isWhole, high } = page;
  return encodeFramed({ members, page: { position, isWhole, high } }, encodeChanges(changes));
}

/** Throws a WireFault. */
export function decodePullAnswer(body: Uint8Array): PullAnswer {
  const { head, bytes } = decodeFramed(body);
  const reader = new MemberReader(head);
  const members = readMembers(reader);
  const page = reader.has('page') ? readPage(reader.object('page'), bytes) : undefined;
  reader.end();
  if (page === undefined && bytes.length > 0) throw new WireFault('changes');
  return page === undefined ? { members } : { page, members };
}

function readPage(reader: MemberReader, bytes: Uint8Array): ChangePage {
  const page = {
    position: readPosition(reader, 'position'),
    isWhole: reader.flag('isWhole'),
    high: readStamp(reader, 'high'),
    changes: decodeChanges(bytes),
  };
  reader.end();
  return page;
}

/** Of a message that has nothing beside its head. */
export function headAlone(body: Uint8Array): object {
  const { head, bytes } = decodeFramed(body);
  if (bytes.length > 0) throw new WireFault('what follows the head');
  return head;
}
