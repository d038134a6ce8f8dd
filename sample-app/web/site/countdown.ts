import { useEffect, useReducer } from 'preact/hooks';

/** Seconds until a time, in milliseconds since 1970; counts down to 0. */
export function useCountdown(until: number): number {
  const [, tick] = useReducer<number, void>((times) => times + 1, 0);
  const left = Math.max(0, Math.ceil((until - Date.now()) / 1_000));
  const over = left === 0;
  useEffect(() => {
    if (over) return undefined;
    const timer = setInterval(() => tick(), 250);
    return () => clearInterval(timer);
  }, [until, over]);
  return left;
}

/** A number of seconds as people say it. */
export function durationWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
