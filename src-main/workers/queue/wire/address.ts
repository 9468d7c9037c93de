import { readFileSync } from 'node:fs';
import { queueUrlSchema, withoutPasswords } from '../../../../src-shared/config/queue-url';
import { CellsmithError, errorMessage } from '../../../../src-shared/errors';

/** The address of a queue, with credentials. */
export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly username: string | null;
  /** A function, so that neither JSON nor a printed object contains it. */
  readonly password: () => string | null;
  /** Null without TLS; `ca` is a certificate in PEM, null for those that the system trusts. */
  readonly tls: { readonly ca: string | null } | null;
  /** The address without its password, for display and storage. */
  readonly shown: string;
}

export interface AddressOptions {
  /** Overrides one in the URL. */
  readonly password?: string | undefined;
  /** File with the certificate of the authority that signed the server's. */
  readonly caFile?: string | undefined;
}

/** The environment variable that holds the password of the queue. */
const passwordVariable = 'CELLSMITH_QUEUE_PASSWORD';
/** The environment variable that names the certificate of its authority. */
const caVariable = 'CELLSMITH_QUEUE_CA';

const defaultPort = 6379;

/**
 * Reads `redis://[user[:password]@]host[:port][/database]`, or the same with `rediss://` for TLS.
 * @throws CellsmithError 'config.invalid'; its message never quotes the URL, which may hold a password
 */
export function parseQueueUrl(text: string, { password, caFile }: AddressOptions = {}): QueueAddress {
  const url = readUrl(text);
  const tls = url.protocol === 'rediss:';
  if (!tls && caFile !== undefined)
    throw invalid('a certificate is for rediss:// addresses, and this one is redis://, without TLS');
  const secret = password ?? (url.password === '' ? null : decoded(url.password));
  const username = url.username === '' ? null : decoded(url.username);
  const port = url.port === '' ? defaultPort : Number(url.port);
  const database = Number(url.pathname.replace(/^\//, '') || '0');
  const user = username === null ? '' : `${encodeURIComponent(username)}@`;
  const shown = `${url.protocol}//${user}${url.hostname}:${port}${database === 0 ? '' : `/${database}`}`;
  if (!queueUrlSchema.safeParse(shown).success)
    throw invalid('it should be redis://host:port or rediss://host:port');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    database,
    username,
    password: () => secret,
    tls: tls ? { ca: caFile === undefined ? null : readCertificate(caFile) } : null,
    shown,
  };
}

/**
 * As `parseQueueUrl`, with the password and the certificate of the environment unless others are given.
 */
export function queueAddressOf(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  { caFile }: Pick<AddressOptions, 'caFile'> = {},
): QueueAddress {
  const tls = /^rediss:/i.test(text);
  return parseQueueUrl(text, {
    password: valueOf(environment, passwordVariable),
    caFile: caFile ?? (tls ? valueOf(environment, caVariable) : undefined),
  });
}

/** A variable of the environment; an empty one counts as none. */
export function valueOf(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  const { [name]: value } = environment;
  return value === '' ? undefined : value;
}

/** Removes passwords from a text: the queue's own, and those in any URL. */
export function redacted(text: string, address?: Pick<QueueAddress, 'password'>): string {
  const secret = address?.password() ?? null;
  const known = secret === null || secret === '' ? [] : [secret, encodeURIComponent(secret)];
  const without = known.reduce((rest, one) => rest.replaceAll(one, '…'), text);
  return withoutPasswords(without);
}

function readUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // Its message would quote the address with its password.
    throw invalid('it should be redis://host:port or rediss://host:port');
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    throw invalid('it should begin with redis:// or rediss://');
  if (url.hostname === '') throw invalid('it names no host');
  if (url.search !== '' || url.hash !== '') throw invalid('it should end after the database');
  return url;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid('its user or password holds a % that encodes nothing: write %25');
  }
}

function readCertificate(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CellsmithError('config.invalid', `The certificate ${path} cannot be read.`, { cause: error });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new CellsmithError('config.invalid', `${path} is not a certificate in PEM format.`);
}

function invalid(reason: string): CellsmithError {
  return new CellsmithError('config.invalid', `The address of the queue cannot be used: ${reason}.`);
}

/** The message of an error of the queue, without passwords. */
export function queueErrorMessage(error: unknown, address: Pick<QueueAddress, 'password'>): string {
  return redacted(errorMessage(error), address);
}
