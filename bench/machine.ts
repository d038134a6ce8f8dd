import { cpus, release, totalmem, type } from 'node:os';

/** Where something was measured, as far as it matters. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly node: string;
  readonly kernel: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  // The part of the kernel's version that is the kernel's own.
  const [version = ''] = release().split('-');
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    node: process.version,
    kernel: `${type()} ${version}`,
  };
}
