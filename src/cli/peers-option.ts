/** `--peers FILE`: the processes that serve other regions, and the certificate that this one shows them. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { OpenOptions, PeerOptions } from '../index.ts';
import { usageFault } from './exit-code.ts';

export interface PeersFlags {
  readonly peers?: string;
}

/*
 * { "certificate": FILE, "key": FILE, "authority": FILE,              PEM; beside this file, unless their paths are absolute
 *   "listen": { "host": "0.0.0.0", "port": 8443 },                    where the others find this process
 *   "regions": { "eu-west-1": { "url": "https://host:port", "name": "name in its certificate" } } }
 */
type Json = Readonly<Record<string, unknown>>;
const portMax = 65_535;

export function withPeersOption(command: Command): Command {
  return command.option(
    '--peers <file>',
    'JSON that names the processes of other regions, to replicate tables with them over mutual TLS',
  );
}

/** Refuses a file that is not read, of another form, or whose key others could read; shows nothing of a key. */
export function peersOf({ peers: file }: PeersFlags): Pick<OpenOptions, 'peers'> {
  if (file === undefined) return {};
  const top = objectOf(parsed(file), 'the file', file);
  only(top, ['certificate', 'key', 'authority', 'listen', 'regions'], file);
  const pathOf = (name: string) => resolve(dirname(file), textOf(top, name, file));
  requireOwn(pathOf('key'));
  return {
    peers: {
      certificate: textAt(pathOf('certificate')),
      key: textAt(pathOf('key')),
      authority: textAt(pathOf('authority')),
      ...(top.listen !== undefined && { listen: listenOf(objectOf(top.listen, 'listen', file), file) }),
      regions: regionsOf(objectOf(top.regions, 'regions', file), file),
    },
  };
}

/** What the start says of it. */
export function peersText({ peers }: Pick<OpenOptions, 'peers'>): string {
  if (peers === undefined) return '';
  const regions = Object.keys(peers.regions).join(', ');
  const { listen } = peers;
  const asked = listen === undefined ? 'not asked by them' : `asked by them on ${listen.host}:${listen.port}`;
  return `  peers     ${regions === '' ? 'none' : regions}, over mutual TLS; ${asked}\n`;
}

function listenOf(listen: Json, file: string): NonNullable<PeerOptions['listen']> {
  only(listen, ['host', 'port'], file);
  const { port } = listen;
  if (typeof port === 'number' && Number.isInteger(port) && port > 0 && port <= portMax) {
    return { host: textOf(listen, 'host', file), port };
  }
  throw usageFault(`--peers ${file}: port is a whole number from 1 to ${portMax}.`);
}

/** Their forms are checked where they are used. */
function regionsOf(regions: Json, file: string): PeerOptions['regions'] {
  const entries = Object.entries(regions).map(([region, value]) => {
    const place = objectOf(value, region, file);
    only(place, ['url', 'name'], file);
    return [region, { url: textOf(place, 'url', file), name: textOf(place, 'name', file) }] as const;
  });
  return Object.fromEntries(entries);
}

function parsed(file: string): unknown {
  const text = textAt(file);
  try {
    return JSON.parse(text);
  } catch {
    throw usageFault(`--peers ${file}: this is no JSON.`);
  }
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read';
    throw usageFault(`--peers: ${path} cannot be read: ${why}.`);
  }
}

/** As with root keys: who has it could be this process. */
function requireOwn(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw usageFault(`--peers: others may read the key ${path}: run chmod 600 on it.`);
}

function objectOf(value: unknown, what: string, file: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw usageFault(`--peers ${file}: ${what} is an object.`);
}

function textOf(object: Json, name: string, file: string): string {
  const value = object[name];
  if (typeof value === 'string' && value !== '') return value;
  throw usageFault(`--peers ${file}: ${name} is a text, and is there.`);
}

/** A slip of the pen is told, and not passed over. */
function only(object: Json, names: readonly string[], file: string): void {
  const unknown = Object.keys(object).find((name) => !names.includes(name));
  if (unknown !== undefined) throw usageFault(`--peers ${file}: ${unknown} is not known here.`);
}
