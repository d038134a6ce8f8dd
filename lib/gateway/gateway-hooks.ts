import type { DiscoveryService } from '@nestjs/core';

type Hook = (...args: unknown[]) => unknown;

const HOOKS = ['handleConnection', 'handleDisconnect'] as const;

export interface HookParts {
  readonly discovery: DiscoveryService;
  /** Whether a class is a gateway on Roost's server. */
  readonly serves: (metatype: object) => boolean;
  readonly onError: (error: unknown, what: string) => void;
}

/** Hooks that are held already: several apps may have the same request-scoped gateway. */
const held = new WeakSet<Hook>();

/**
 * Nest lets go of what a gateway's `handleConnection` and `handleDisconnect` throw, and with it of the whole process. On
 * Roost's path that is logged instead.
 *
 * Nest binds the hooks of each gateway once its server is there; this has to come before.
 */
export function holdGatewayHooks({ discovery, serves, onError }: HookParts): void {
  for (const provider of discovery.getProviders()) {
    const { metatype } = provider;
    if (provider.isNotMetatype || typeof metatype !== 'function') continue;
    if (!serves(metatype)) continue;
    // A request-scoped gateway is made when its hook is called.
    const owner = (provider.isDependencyTreeStatic() ? provider.instance : metatype.prototype) as Record<
      string,
      unknown
    >;
    for (const name of HOOKS) {
      const hook = owner[name];
      if (typeof hook !== 'function' || held.has(hook as Hook)) continue;
      owner[name] = hold(hook as Hook, (error) => onError(error, `${metatype.name}.${name}`));
    }
  }
}

function hold(hook: Hook, report: (error: unknown) => void): Hook {
  const holding: Hook = function (this: unknown, ...args) {
    try {
      const result = hook.apply(this, args);
      return isThenable(result) ? Promise.resolve(result).catch(report) : result;
    } catch (error) {
      report(error);
      return undefined;
    }
  };
  held.add(holding);
  return holding;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
