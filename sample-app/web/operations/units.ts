const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** A number as it is read at a glance: one digit behind the point where it is small. */
export function figure(value: number): string {
  return (value < 10 ? SHORT : WHOLE).format(value);
}

export function bytes(value: number): string {
  if (value < 1_000) return `${WHOLE.format(value)} B`;
  if (value < 1_000_000) return `${figure(value / 1_000)} kB`;
  return `${figure(value / 1_000_000)} MB`;
}

export function millis(value: number): string {
  return `${figure(value)} ms`;
}
