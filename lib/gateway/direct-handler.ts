import type { ExecutionContext, Type } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import { enhancersOf, parametersOf } from './nest-metadata.js';

type Method = (...args: unknown[]) => unknown;

export interface DirectHandlerOptions<A extends unknown[]> {
  /** Whether guards would be asked. */
  readonly guards: boolean;
  /** Whether interceptors would have a part. */
  readonly interceptors: boolean;
  /** The value of one of Nest's own parameters. */
  readonly valueOf: (type: number, data: unknown, args: A) => unknown;
  /** What a parameter decorator of the app is given. */
  readonly contextOf: (args: A) => ExecutionContext;
}

/**
 * A handler that nothing of Nest's pipeline has a part in: no guard, no pipe and no interceptor, of its method, class,
 * parameters or the app. Then there is nothing to wait for but the handler itself, and it is called as it is.
 *
 * @returns nothing where something has a part
 */
export function directHandler<A extends unknown[]>(
  instance: Record<string, Method>,
  name: string,
  run: Method,
  config: ApplicationConfig,
  { guards, interceptors, valueOf, contextOf }: DirectHandlerOptions<A>,
): ((...args: A) => unknown) | undefined {
  const metatype = instance.constructor as Type<object>;
  const parameters = parametersOf(metatype, name);
  const own = [enhancersOf(metatype), enhancersOf(instance[name] as Method)];
  const has =
    (guards && (own.some((found) => found.guards) || globals(config, 'Guards') > 0)) ||
    (interceptors && (own.some((found) => found.interceptors) || globals(config, 'Interceptors') > 0)) ||
    own.some((found) => found.pipes) ||
    globals(config, 'Pipes') > 0 ||
    parameters.some(([, { pipes }]) => pipes.length > 0);
  if (has) return undefined;
  const length = Math.max(0, ...parameters.map(([, { index }]) => index + 1));
  const asksContext = parameters.some(([, { factory }]) => factory !== undefined);
  return (...args) => {
    const values = Array.from<unknown>({ length });
    const context = asksContext ? contextOf(args) : undefined;
    let waits = false;
    for (const [type, { index, data, factory }] of parameters) {
      const value = factory === undefined ? valueOf(type, data, args) : factory(data, context as ExecutionContext);
      values[index] = value;
      waits ||= value instanceof Promise;
    }
    return waits ? Promise.all(values).then((settled) => run.apply(instance, settled)) : run.apply(instance, values);
  };
}

function globals(config: ApplicationConfig, kind: 'Guards' | 'Interceptors' | 'Pipes'): number {
  return config[`getGlobal${kind}`]().length + config[`getGlobalRequest${kind}`]().length;
}
