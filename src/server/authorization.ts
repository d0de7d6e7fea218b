/** What a request says of its signer, in the Authorization header or in the query: taken apart, and believed in nothing. */
import { Refusal } from '../base/errors.ts';
import { header, type ServiceRequest } from './request.ts';

export interface Claim {
  readonly algorithm: string;
  /** Key id, date, region, service and terminator, with slashes between. */
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** As it was sent. */
  readonly date: string;
  readonly sessionToken: string | undefined;
  /** Parameters of the query but the signature's own; a signature covers them. */
  readonly query: readonly (readonly [string, string])[];
}

const headerParameters = ['Credential', 'Signature', 'SignedHeaders'];
const queryParameters = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
];

/** Refuses what aws-behaviour §7.4 rows 5 to 7 refuse: two signatures, none, or parts of one. */
export function claimOf(request: ServiceRequest): Claim {
  const authorization = header(request.headers, 'authorization');
  const queryText = queryOf(request.path);
  const query = queryText === '' ? [] : [...new URLSearchParams(queryText)];
  const inQuery = query.some(([name]) => name === 'X-Amz-Algorithm');
  if (authorization !== undefined && inQuery) {
    throw new Refusal('InvalidSignature', {
      message: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    });
  }
  if (inQuery) return claimOfQuery(query);
  if (authorization?.trim().startsWith('AWS4-') !== true) throw new Refusal('MissingAuthenticationToken', {});
  return claimOfHeader(request, authorization, query);
}

/** What a request says of its signer, whether or not it is true. */
export interface ClaimedScope {
  readonly accessKeyId: string | undefined;
  readonly region: string | undefined;
  readonly sessionToken: string | undefined;
}

/** For servers that trust whoever they do not know. */
export function claimedScope(request: ServiceRequest): ClaimedScope {
  const authorization = header(request.headers, 'authorization');
  const query = authorization === undefined ? new URLSearchParams(queryOf(request.path)) : undefined;
  const credential = query?.get('X-Amz-Credential') ?? partsOf(authorization ?? '').get('Credential');
  const [accessKeyId, , region] = credential?.split('/') ?? [];
  const sessionToken = query?.get('X-Amz-Security-Token') ?? header(request.headers, 'x-amz-security-token');
  return { accessKeyId, region, sessionToken };
}

export function queryOf(path: string): string {
  const mark = path.indexOf('?');
  return mark < 0 ? '' : path.slice(mark + 1);
}

function claimOfHeader(request: ServiceRequest, authorization: string, query: Claim['query']): Claim {
  const parts = partsOf(authorization);
  const date = header(request.headers, 'x-amz-date') ?? header(request.headers, 'date') ?? '';
  let missing = headerParameters
    .filter((name) => (parts.get(name) ?? '') === '')
    .map((name) => `Authorization header requires '${name}' parameter. `)
    .join('');
  if (date === '') {
    missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (missing !== '') incomplete(`${missing}Authorization=${authorization}`);
  return {
    algorithm: parts.get('') ?? '',
    credential: parts.get('Credential') ?? '',
    signedHeaders: namesOf(parts.get('SignedHeaders')),
    signature: parts.get('Signature') ?? '',
    date,
    sessionToken: header(request.headers, 'x-amz-security-token'),
    query,
  };
}

function claimOfQuery(query: Claim['query']): Claim {
  const parameters = new Map(query);
  const missing = queryParameters
    .filter((name) => (parameters.get(name) ?? '') === '')
    .map((name) => `AWS query-string parameters must include '${name}'. `)
    .join('');
  if (missing !== '') incomplete(`${missing}Re-examine the query-string parameters.`);
  return {
    algorithm: parameters.get('X-Amz-Algorithm') ?? '',
    credential: parameters.get('X-Amz-Credential') ?? '',
    signedHeaders: namesOf(parameters.get('X-Amz-SignedHeaders')),
    signature: parameters.get('X-Amz-Signature') ?? '',
    date: parameters.get('X-Amz-Date') ?? '',
    sessionToken: parameters.get('X-Amz-Security-Token'),
    query: query.filter(([name]) => name !== 'X-Amz-Signature'),
  };
}

/** The algorithm under '', then the parameters by name; of two with one name the first. */
function partsOf(authorization: string): ReadonlyMap<string, string> {
  const [algorithm = '', ...parameters] = authorization.trim().split(/[ ,]+/);
  const parts = new Map([['', algorithm]]);
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const name = equals < 0 ? parameter : parameter.slice(0, equals);
    if (!parts.has(name)) parts.set(name, equals < 0 ? '' : parameter.slice(equals + 1));
  }
  return parts;
}

function namesOf(list = ''): readonly string[] {
  return list.toLowerCase().split(';');
}

function incomplete(message: string): never {
  throw new Refusal('IncompleteSignature', { message });
}
