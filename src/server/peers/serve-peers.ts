/** The HTTPS server that peers ask: it speaks to nobody whose certificate is not that of a configured peer. */
import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { ReplicaService } from '../../lifecycle/replica-peer.ts';
import { httpLimits } from '../listen.ts';
import { readBody } from '../request-body.ts';
import { PeerAnswers } from './peer-answers.ts';
import { regionsOf } from './peer-identity.ts';
import { type PeerQuestion, peerContentType, peerPaths, questionBytesMax } from './peer-message.ts';
import { type PeerOptions, requirePeerOptions } from './peer-options.ts';
import { StrangerLog } from './stranger-log.ts';

export interface ServePeersOptions {
  /** With `listen`. */
  readonly peers: PeerOptions;
  readonly service: ReplicaService;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PeerServer {
  readonly host: string;
  readonly port: number;
  /** Takes no more questions, answers those under way, and resolves when every socket is closed. */
  close(): Promise<void>;
}

const connectionsMax = 512;
const handshakeMsMax = 10_000;
const stallMs = 30_000;
const drainMsMax = 10_000;
/** Then a connection ends, and certificates are looked at again: one that has expired meanwhile is of no use. */
const questionsAConnectionMax = 5000;

/** Rejects with the system's error where it cannot listen there, and with a TypeError for options that are wrong. */
export async function servePeers(options: ServePeersOptions): Promise<PeerServer> {
  const { peers, clock } = options;
  requirePeerOptions(peers);
  if (peers.listen === undefined) throw new TypeError('peers: listen says where they find this process');
  const { host, port } = peers.listen;
  const server = openServer(options);
  server.listen({ host, port });
  await once(server, 'listening');
  server.on('error', (fault) => options.log.error({ fault: fault.message }, 'the server for peers failed'));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has an address');
  return { host: address.address, port: address.port, close: () => closed(server, clock) };
}

function openServer({ peers, service, clock, log }: ServePeersOptions): Server {
  const server = createServer({
    ...httpLimits,
    insecureHTTPParser: false,
    cert: peers.certificate,
    key: peers.key,
    ca: peers.authority,
    minVersion: 'TLSv1.3',
    // No session goes on from an earlier one: each connection shows its certificate.
    secureOptions: constants.SSL_OP_NO_TICKET,
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: handshakeMsMax,
  });
  server.timeout = stallMs;
  server.maxConnections = connectionsMax;
  server.maxRequestsPerSocket = questionsAConnectionMax;
  const strangers = new StrangerLog(clock, log);
  const regions = new WeakMap<Socket, ReadonlySet<string>>();
  server.on('tlsClientError', (fault, socket) => strangers.came(socket.remoteAddress, fault));
  server.on('secureConnection', (socket: TLSSocket) => {
    const theirs = regionsOf(socket.getPeerCertificate().raw, peers);
    regions.set(socket, theirs);
    if (theirs.size > 0) return;
    // Signed by the authority, and still nobody's business.
    strangers.came(socket.remoteAddress, undefined);
    socket.destroy();
  });
  const answers = new PeerAnswers(peers, service, log);
  server.on('request', (request, response) => {
    const theirs = regions.get(request.socket);
    if (theirs === undefined || theirs.size === 0) request.socket.destroy();
    else {
      // A connection that goes on would keep the server from closing.
      const isLast = () => !server.listening;
      void answered({ request, response, isLast }, (...asked) => answers.answer(...asked, theirs));
    }
  });
  return server;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly isLast: () => boolean;
}

async function answered(
  { request, response, isLast }: Exchange,
  answer: (question: PeerQuestion, body: Uint8Array) => ReturnType<PeerAnswers['answer']>,
): Promise<void> {
  const question = questionOf(request);
  const body = question === undefined ? 'gone' : await readBody(request, questionBytesMax);
  if (question === undefined || !(body instanceof Uint8Array)) {
    // Of a peer of another version, or of none: the rest of it is not read.
    const status = body === 'too large' ? 413 : 404;
    response.writeHead(status, { 'content-length': 0, connection: 'close' }).end();
    return;
  }
  const { status, body: content } = await answer(question, body);
  const headers = { 'content-type': peerContentType, 'content-length': content.length };
  response.writeHead(status, isLast() ? { ...headers, connection: 'close' } : headers).end(content);
}

function questionOf({ method, url, headers }: IncomingMessage): PeerQuestion | undefined {
  if (method !== 'POST' || headers['content-type'] !== peerContentType) return undefined;
  const questions = Object.entries(peerPaths) as [PeerQuestion, string][];
  return questions.find(([, path]) => path === url)?.[0];
}

async function closed(server: Server, clock: Clock): Promise<void> {
  if (!server.listening) return;
  const all = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = clock.after(drainMsMax, () => server.closeAllConnections());
  await all;
  timer.cancel();
}
