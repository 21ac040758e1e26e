import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Credentials {
  admin_user: string;
  admin_password: string;
  admin_totp_secret: string;
  api_token: string;
}

const folder = process.env['BELFRY_RUN'] ?? '';

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as T;
}

// A host name, as passkeys need it.
export const address = () => read<{ console: string }>('endpoints.json').console;
export const credentials = () => read<Credentials>('credentials.json');

// RFC 4648, section 6.
function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const octets: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text.replace(/[\s=]/g, '').toUpperCase()) {
    value = (value << 5) | alphabet.indexOf(character);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      octets.push((value >> bits) & 255);
      value &= (1 << bits) - 1;
    }
  }
  return Buffer.from(octets);
}

const stepMs = 30_000;

// RFC 6238 with its defaults: SHA-1, 30 s, six digits.
export function totp(secret: string, nowMs = Date.now()): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / stepMs)));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  const code = (digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000;
  return String(code).padStart(6, '0');
}

// The next step's code, which the daemon takes too: for a second sign-in of the same user, perhaps
// in the same step as the first, since a code is good once.
export const nextTotp = (secret: string) => totp(secret, Date.now() + stepMs);
