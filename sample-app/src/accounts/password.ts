import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

type Cost = Record<'N' | 'r' | 'p', number>;

/** 16 MiB and some 200 ms for each guess; see RFC 7914, section 2, for what they mean. */
const COST: Cost = { N: 2 ** 14, r: 8, p: 5 };
const LENGTH = 32;
const SALT = 16;

/** What is kept of a password: what it costs, so that it may cost more one day, a salt, and what scrypt makes of both. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT);
  const { N, r, p } = COST;
  return [N, r, p, salt.toString('base64url'), (await derive(password, salt, COST)).toString('base64url')].join('.');
}

/** Whether it is the password; takes the same time for each that is not, also where there is none to compare with. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [N = COST.N, r = COST.r, p = COST.p, salt = '', hash = ''] = kept?.split('.') ?? [];
  const derived = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  const expected = Buffer.from(hash, 'base64url');
  return expected.length === LENGTH && timingSafeEqual(derived, expected);
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  // Twice of what it takes: Node's own limit is just below what costs more one day.
  const maxmem = 256 * cost.N * cost.r;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, LENGTH, { ...cost, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
