import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Loads a package that only the benchmarks need, from `bench/peers`.
 *
 * @throws where it is not installed there
 */
export async function loadPeer<T>(name: string): Promise<T> {
  const { load } = (await import(pathToFileURL(resolve('bench/peers/load.mjs')).href)) as {
    load(name: string): Promise<T>;
  };
  return load(name);
}
