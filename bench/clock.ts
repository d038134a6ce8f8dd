/** Milliseconds on a clock that all processes of this machine share and that only rises. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
