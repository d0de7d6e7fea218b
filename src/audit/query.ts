/** LookupEvents over the audit trail: which events match, page by page. */
import { textOf, utf8 } from '../base/bytes.ts';
import { dayMs } from '../base/clock.ts';
import { IntegrityFault, Refusal } from '../base/errors.ts';
import type { AuditEvent } from './event.ts';
import type { TrailKey } from './segment.ts';
import { type NumberedEntry, newestFirst, type ReaderParts, type TrailPlace } from './trail-reader.ts';
import { userNameOf } from './user-identity.ts';

export const lookupAttributes = [
  'AccessKeyId',
  'EventId',
  'EventName',
  'EventSource',
  'ReadOnly',
  'ResourceName',
  'ResourceType',
  'Username',
] as const;
export type LookupAttribute = (typeof lookupAttributes)[number];

export interface EventQuery {
  /** Of whom events are shown. Absent for the operator, who sees all. */
  readonly account?: string;
  readonly region?: string;
  readonly attribute?: { readonly name: LookupAttribute; readonly value: string } | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly limit: number;
  readonly nextToken?: string | undefined;
}

export interface EventPage {
  readonly entries: readonly NumberedEntry[];
  readonly nextToken?: string;
}

/** The history of events goes back so far. */
export const historyMs = 90 * dayMs;
/** Records looked at for one page: what is behind them is found with the next. */
const looksMax = 20_000;

export interface LookupParts extends ReaderParts {
  /** Seals tokens: each is good for the query alone that it came from. */
  readonly tokens: TrailKey;
  readonly nowMs: () => number;
}

/** Newest first. Refuses LookupTokenWrong for a token that this query did not give. */
export async function lookUpEvents(parts: LookupParts, query: EventQuery): Promise<EventPage> {
  const context = contextOf(query);
  const before =
    query.nextToken === undefined ? undefined : openToken(parts.tokens, query.nextToken, context);
  const fromMs = Math.max(query.fromMs ?? 0, parts.nowMs() - historyMs);
  const entries: NumberedEntry[] = [];
  let looks = 0;
  let last: TrailPlace | undefined;
  for await (const { segment, ...entry } of newestFirst(parts, { before, fromMs })) {
    if (Math.floor(entry.atMs / 1000) * 1000 < fromMs) break;
    const isFull = entries.length === query.limit || looks === looksMax;
    if (isFull && last !== undefined) return { entries, nextToken: sealToken(parts.tokens, last, context) };
    looks++;
    last = { segment, number: entry.number };
    if (matches(entry, query)) entries.push(entry);
  }
  return { entries };
}

/** What an attribute of LookupEvents says of an event. */
export function attributeOf(event: AuditEvent, name: LookupAttribute): readonly (string | undefined)[] {
  const { userIdentity, resources = [] } = event;
  switch (name) {
    case 'AccessKeyId':
      return [userIdentity.accessKeyId];
    case 'EventId':
      return [event.eventID];
    case 'EventName':
      return [event.eventName];
    case 'EventSource':
      return [event.eventSource];
    case 'ReadOnly':
      return [String(event.readOnly)];
    case 'ResourceName':
      return resources.flatMap(({ ARN }) => [ARN, ARN.slice(ARN.indexOf('/') + 1)]);
    case 'ResourceType':
      return resources.map(({ type }) => type);
    case 'Username':
      return [userNameOf(userIdentity)];
  }
}

/** Times of events are told in whole seconds, and so compared. */
function matches({ event, atMs }: NumberedEntry, { account, region, attribute, toMs }: EventQuery): boolean {
  if (account !== undefined && event.recipientAccountId !== account) return false;
  if (region !== undefined && event.awsRegion !== region) return false;
  if (toMs !== undefined && Math.floor(atMs / 1000) * 1000 > toMs) return false;
  return attribute === undefined || attributeOf(event, attribute.name).includes(attribute.value);
}

function contextOf({ account, region, attribute, fromMs, toMs }: EventQuery): Uint8Array {
  const bound = [account, region, attribute?.name, attribute?.value, fromMs, toMs];
  return utf8(JSON.stringify(['audit lookup 2', ...bound.map((part) => part ?? null)]));
}

/** With the place where the next page begins: a page costs the same, however many came before it. */
function sealToken({ core, key }: TrailKey, { segment, number }: TrailPlace, context: Uint8Array): string {
  const text = utf8(JSON.stringify([segment, number]));
  return Buffer.from(core.sealBytes(key, text, context)).toString('base64');
}

function openToken({ core, key }: TrailKey, token: string, context: Uint8Array): TrailPlace {
  try {
    const text = textOf(core.openBytes(key, Buffer.from(token, 'base64'), context));
    const [segment, number] = JSON.parse(text) as [number, number];
    return { segment, number };
  } catch (fault) {
    if (!(fault instanceof IntegrityFault)) throw fault;
    throw new Refusal('LookupTokenWrong', {});
  }
}
