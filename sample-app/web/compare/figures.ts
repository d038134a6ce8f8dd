const LOCALE = 'en-GB';
const WHOLE = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export function number(value: number): string {
  return WHOLE.format(value);
}

/** Small ones with a tenth: `0.4`, `12.3`, `1,234`. */
export function rate(value: number): string {
  return value < 99.95 ? TENTHS.format(value) : WHOLE.format(value);
}

/** `812 B`, `14.2 kB`, `3.1 MB` */
export function bytes(value: number): string {
  if (value < 1_000) return `${WHOLE.format(value)} B`;
  return value < 999_950 ? `${TENTHS.format(value / 1_000)} kB` : `${TENTHS.format(value / 1_000_000)} MB`;
}

/** `1.4 ms`, `812 ms`, `1.9 s` */
export function duration(ms: number): string {
  if (ms < 99.95) return `${TENTHS.format(ms)} ms`;
  return ms < 999.5 ? `${WHOLE.format(ms)} ms` : `${TENTHS.format(ms / 1_000)} s`;
}
