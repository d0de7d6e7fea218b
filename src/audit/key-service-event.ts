/** Events of what the key service does on its own: nobody called (aws-behaviour §6.2, §6.3). */
import type { KeyEvent } from '../kms/embedded/key-event.ts';
import { type AuditEvent, type EventFields, eventOf } from './event.ts';
import { keyResource } from './key-event.ts';
import { internalIdentity } from './user-identity.ts';

const internal = 'AWS Internal';

export function keyServiceEvent(event: KeyEvent, atMs: number): AuditEvent {
  const { name, keyArn, account, region } = event;
  return eventOf({
    userIdentity: internalIdentity(account),
    atMs,
    source: 'kms.amazonaws.com',
    name,
    region,
    account,
    sourceIPAddress: internal,
    userAgent: internal,
    readOnly: false,
    resources: [keyResource(keyArn)],
    type: 'AwsServiceEvent',
    serviceEventDetails: detailsOf(event),
  });
}

function detailsOf({ keyId, rotation }: KeyEvent): EventFields {
  if (rotation === undefined) return { keyId };
  const { type, previousMaterialId, currentMaterialId } = rotation;
  return {
    keyId,
    rotationType: type,
    previousKeyMaterialId: previousMaterialId,
    currentKeyMaterialId: currentMaterialId,
  };
}
