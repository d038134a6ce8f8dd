import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const NAMES = [
  'append', 'read', 'check', 'claim', 'save', 'expire', 'replace', 'mark', 'remove', 'enroll', 'elect', 'renew', 'silent', 'ban',
] as const; // prettier-ignore

export type ScriptName = (typeof NAMES)[number];

export interface Script {
  readonly source: string;
  /** How Redis calls it. */
  readonly sha: string;
}

/** Scripts that run in Redis; each file says its keys, arguments and result. */
export const scripts = Object.fromEntries(
  NAMES.map((name) => {
    const source = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
    return [name, { source, sha: createHash('sha1').update(source).digest('hex') }];
  }),
) as Record<ScriptName, Script>;
