/** Keeps web pages away from a server that trusts every caller: a browser lets any page reach its own machine. */
import { isLoopback } from '../base/loopback.ts';
import { hostName, isFixedName } from './loopback.ts';
import { type Headers, header, type ServiceAnswer } from './request.ts';

const sentence = 'This server trusts every caller, and so answers no web page and only fixed host names.\n';

/**
 * True where a page of another origin sent the request, or where it came to this machine under a name that a foreign name server
 * gave. A page cannot leave out or forge these headers.
 */
export function comesFromPage(headers: Headers, listensOn: string): boolean {
  const site = header(headers, 'sec-fetch-site');
  if (header(headers, 'origin') !== undefined || (site !== undefined && site !== 'none')) return true;
  // Whoever opened the server to other machines may give it any name there.
  return isLoopback(listensOn) && !isFixedName(hostName(header(headers, 'host') ?? ''));
}

export function pageRefused(): ServiceAnswer {
  return { status: 403, headers: { 'content-type': 'text/plain' }, body: Buffer.from(sentence) };
}
