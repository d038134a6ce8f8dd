import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Loads a package that only the benchmarks need, from `bench/peers`.
 *
 * @throws {Error} where it is not installed there, or not for this platform
 */
export async function loadPeer<T>(name: string): Promise<T> {
  const { load } = (await import(pathToFileURL(resolve('bench/peers/load.mjs')).href)) as {
    load(name: string): Promise<T>;
  };
  try {
    return await load(name);
  } catch (cause) {
    throw new Error(`${name} cannot be loaded`, { cause });
  }
}
