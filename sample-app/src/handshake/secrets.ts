/** Stands for what nobody is to read over somebody's shoulder. */
const MASK = '•••';

const CREDENTIALS = new Set(['authorization', 'proxy-authorization']);
const COOKIES = new Set(['cookie', 'set-cookie']);

/** A header's value without its secrets: cookies keep their names, credentials their scheme. */
export function maskedHeader(name: string, value: string): string {
  const known = name.toLowerCase();
  if (COOKIES.has(known)) return value.replace(/(^|;\s*)([^=;]+)=[^;]*/g, `$1$2=${MASK}`);
  if (CREDENTIALS.has(known)) return value.replace(/^(\S+\s)?.*$/s, `$1${MASK}`);
  return value;
}

/** A request's target without the values in its query: some put tokens there. */
export function maskedTarget(target: string): string {
  return target.replace(/([?&][^=&]*)=[^&]*/g, `$1=${MASK}`);
}
