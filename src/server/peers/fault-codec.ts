/** A refusal of a peer as the body of its answer: the few that one process asks another for, and nothing else. */
import { Refusal, type RefusalCode } from '../../base/errors.ts';
import { MemberReader } from './member-reader.ts';
import { encodeFramed } from './peer-message.ts';
import { headAlone } from './pull-codec.ts';

/** What ReplicaPeer.join refuses. */
const codes = ['Validation', 'TableInUse', 'LimitExceeded', 'TableNotFound', 'TableKeyRefused'] as const;
const sentenceCharactersMax = 8192;

/** Undefined for a fault that is no answer: of it nothing is told to another process. */
export function encodeRefusal(fault: unknown): Uint8Array | undefined {
  if (!(fault instanceof Refusal) || !isCarried(fault.code)) return undefined;
  // Of the others it is the sentence.
  const said =
    fault.code === 'TableNotFound' ? {} : { message: fault.message.slice(0, sentenceCharactersMax) };
  return encodeFramed(Object.assign({ code: fault.code }, fault.details, said));
}

/** Throws a WireFault. */
export function decodeRefusal(body: Uint8Array): Refusal {
  const reader = new MemberReader(headAlone(body));
  const code = reader.oneOf('code', codes);
  const refusal = refusalOf(code, reader);
  reader.end();
  return refusal;
}

function refusalOf(code: (typeof codes)[number], reader: MemberReader): Refusal {
  if (code === 'TableNotFound') {
    return new Refusal(code, reader.has('table') ? { table: reader.text('table') } : {});
  }
  const message = reader.text('message', { max: sentenceCharactersMax });
  if (code !== 'TableKeyRefused') return new Refusal(code, { message });
  const keyCode = reader.has('keyCode') ? { keyCode: reader.text('keyCode') } : {};
  return new Refusal(code, { message, denied: reader.flag('denied'), ...keyCode });
}

function isCarried(code: RefusalCode): code is (typeof codes)[number] {
  return codes.some((carried) => carried === code);
}
