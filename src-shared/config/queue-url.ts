import { z } from 'zod';

/**
 * Address of a queue as it may be stored: `redis://[user@]host[:port][/database]`, or `rediss://` for TLS. It holds no password, so that
 * a run folder can be given away.
 */
export const queueUrlSchema = z
  .string()
  .max(500)
  .regex(/^rediss?:\/\/(?:[^@/:\s]+@)?(?:[\w.-]+|\[[\da-fA-F:]+\])(?::\d{1,5})?(?:\/\d{1,4})?$/)
  .describe('redis://host:port or rediss://host:port, without a password');

/** A text without the passwords in addresses of queues. */
export function withoutPasswords(text: string): string {
  return text.replace(/\b(rediss?:\/\/[^\s:@/]*):[^\s]*@/gi, '$1:…@');
}
