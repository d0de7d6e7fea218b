/** What a socket gets whose bytes are no HTTP, or too many, or too slow: one short answer, and its end. */
import { STATUS_CODES } from 'node:http';

/** By the code of the parser's fault; everything else is 400. */
const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

export function malformedAnswer(fault: NodeJS.ErrnoException): string {
  const status = statuses[fault.code ?? ''] ?? 400;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`;
}
