/** The answers of AWS's Query protocol: XML in the namespace of its service. */
import { XMLBuilder } from 'fast-xml-parser';

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressEmptyNode: true,
});

export interface XmlAnswer {
  readonly operation: string;
  readonly namespace: string;
  readonly requestId: string;
}

/** `output` as operations return it: lists of members, Maps of entries, what is undefined left out. */
export function xmlAnswer(output: object, { operation, namespace, requestId }: XmlAnswer): Uint8Array {
  const result = element(output);
  const metadata = { ResponseMetadata: { RequestId: requestId } };
  const content = result === '' ? metadata : { [`${operation}Result`]: result, ...metadata };
  return written({ [`${operation}Response`]: { '@xmlns': namespace, ...content } });
}

export interface XmlFault {
  readonly code: string;
  readonly message: string;
  /** Whose fault it is. */
  readonly type: 'Sender' | 'Receiver';
  readonly namespace: string;
  readonly requestId: string;
}

export function xmlFault({ code, message, type, namespace, requestId }: XmlFault): Uint8Array {
  const fault = { Type: type, Code: code, Message: message };
  return written({ ErrorResponse: { '@xmlns': namespace, Error: fault, RequestId: requestId } });
}

function written(root: object): Uint8Array {
  return Buffer.from(builder.build(root));
}

/** An element without content is the empty text: the builder would leave out an empty list. */
function element(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? '' : { member: value.map(element) };
  if (value instanceof Map) {
    return value.size === 0
      ? ''
      : { entry: [...value].map(([key, held]) => ({ key, value: element(held) })) };
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, held]) => held !== undefined);
  return members.length === 0
    ? ''
    : Object.fromEntries(members.map(([member, held]) => [member, element(held)]));
}
