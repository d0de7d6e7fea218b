/** Whom a policy names: AWS takes none that names a user or a role that there is not. */
import type { Directory } from './directory.ts';
import { arnOf } from './entity.ts';
import type { PolicyDocument } from './policy-document.ts';

/** False for the name of somebody who would have to be known, and is not. */
export type IsKnown = (name: string) => boolean;

const everybodyIsKnown: IsKnown = () => true;
const nameForm = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):(user|role|assumed-role)\/(.+)$/;

/**
 * What the directory knows. Accounts and their roots are always taken, as whoever comes from elsewhere can be told by them
 * alone; so is everybody of an account that has nobody here, because nobody could be asked. A session is known by its role.
 */
export function knownIn(directory: Pick<Directory, 'user' | 'role' | 'hasAccount'>): IsKnown {
  return (name) => {
    const [, account = '', kind, resource = ''] = nameForm.exec(name) ?? [];
    if (kind === undefined || !directory.hasAccount(account)) return true;
    const steps = resource.split('/');
    if (kind === 'assumed-role') return directory.role(account, steps[0] ?? '')?.name === steps[0];
    const last = steps.at(-1) ?? '';
    const found = kind === 'user' ? directory.user(account, last) : directory.role(account, last);
    // A path is part of the ARN, and so is the case of its letters.
    return found !== undefined && arnOf(found) === name;
  };
}

/** The first principal of the document, or of its exceptions, that is nobody. */
export function unknownPrincipal(
  { statements }: PolicyDocument,
  isKnown: IsKnown = everybodyIsKnown,
): string | undefined {
  for (const { principals } of statements) {
    const unknown = principals?.names.accounts.find((name) => !isKnown(name));
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}
