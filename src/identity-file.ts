/** The operator's file of identities: read before anything is made, and only where nobody else could have written it. */
import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { Outage } from './base/errors.ts';
import type { Log } from './base/log.ts';
import type { Entity } from './iam/entity.ts';
import { identitiesOf } from './iam/iam-file.ts';

const writableByOthers = 0o022;
const readableByOthers = 0o044;
const writableByAll = 0o002;
const sticky = 0o1000;

/**
 * Throws Outage IdentitiesUnreadable; IdentitiesUnsafe for a file that others may write to, or that is another user's, and for
 * one in a folder where anyone may put another in its place (R-FS-1); and a TypeError for one that says what it may not.
 * Whoever writes it decides who may do what; that others may read it, secrets of access keys and all, is only warned of.
 */
export function declaredIdentities(path: string, log: Log): readonly Entity[] {
  const { text, found } = readSafely(resolve(path));
  const entities = declaredIn(text, path);
  const hasSecrets = entities.some(({ kind }) => kind === 'access-key');
  if (hasSecrets && isUnix() && (found.mode & readableByOthers) !== 0) {
    log.warn(
      { path },
      'Others may read the file of identities, and the secrets of access keys in it: chmod 600.',
    );
  }
  return entities;
}

function declaredIn(text: string, path: string): readonly Entity[] {
  try {
    return identitiesOf(text);
  } catch (fault) {
    if (fault instanceof TypeError) throw new TypeError(`${path}: ${fault.message}`, { cause: fault });
    throw fault;
  }
}

/** Of one opened file, so that it is not another one that was looked at. */
function readSafely(path: string): { readonly text: string; readonly found: Stats } {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const found = fstatSync(file);
    refuseOthers(path, found);
    return { text: readFileSync(file, 'utf8'), found };
  } catch (cause) {
    if (cause instanceof Outage) throw cause;
    throw new Outage('IdentitiesUnreadable', { cause, hint: `It was looked for at ${path}.` });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function refuseOthers(path: string, { mode, uid }: Stats): void {
  if (!isUnix()) return;
  if ((mode & writableByOthers) !== 0) throw unsafe(`Others may write to ${path}: run chmod go-w on it.`);
  const own = process.geteuid?.();
  // The superuser may serve what a user declares; what the superuser declares, all may serve.
  if (own !== 0 && uid !== own && uid !== 0) throw unsafe(`${path} belongs to another user.`);
  const folder = dirname(path);
  const { mode: folderMode } = statSync(folder);
  if ((folderMode & writableByAll) !== 0 && (folderMode & sticky) === 0) {
    throw unsafe(`Anyone may put another file in the place of ${path}: run chmod o-w on ${folder}.`);
  }
}

function isUnix(): boolean {
  return process.geteuid !== undefined;
}

function unsafe(hint: string): Outage {
  return new Outage('IdentitiesUnsafe', { hint });
}
