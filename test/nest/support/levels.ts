import {
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type INestApplication,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';

type Anywhere = ClassDecorator & MethodDecorator;

/** One of the places where Nest takes a guard, pipe, interceptor or filter from. */
export interface Level {
  readonly name: string;
  readonly onMethod: MethodDecorator;
  readonly onClass: ClassDecorator;
  readonly providers: Provider[];
  readonly prepare: (app: INestApplication) => void;
}

const nowhere = {
  onMethod: (() => {}) as MethodDecorator,
  onClass: (() => {}) as ClassDecorator,
  providers: [] as Provider[],
  prepare: () => {},
};

function levels(
  type: Type,
  use: Anywhere,
  useGlobal: (app: INestApplication) => void,
  token: string,
  names: [method: string, global: string, provided: string],
): Level[] {
  const [method, global, provided] = names;
  return [
    { ...nowhere, name: `@${method}() on the method`, onMethod: use },
    { ...nowhere, name: `@${method}() on the class`, onClass: use },
    { ...nowhere, name: `app.${global}()`, prepare: useGlobal },
    { ...nowhere, name: provided, providers: [{ provide: token, useClass: type }] },
    {
      ...nowhere,
      name: `a request-scoped ${provided}`,
      providers: [{ provide: token, useClass: type, scope: Scope.REQUEST }],
    },
  ];
}

export const guardLevels = (guard: Type): Level[] =>
  levels(guard, UseGuards(guard), (app) => app.useGlobalGuards(new guard()), APP_GUARD, [
    'UseGuards',
    'useGlobalGuards',
    'APP_GUARD',
  ]);

export const pipeLevels = (pipe: Type): Level[] =>
  levels(pipe, UsePipes(pipe), (app) => app.useGlobalPipes(new pipe()), APP_PIPE, [
    'UsePipes',
    'useGlobalPipes',
    'APP_PIPE',
  ]);

export const interceptorLevels = (interceptor: Type): Level[] =>
  levels(
    interceptor,
    UseInterceptors(interceptor),
    (app) => app.useGlobalInterceptors(new interceptor()),
    APP_INTERCEPTOR,
    ['UseInterceptors', 'useGlobalInterceptors', 'APP_INTERCEPTOR'],
  );

export const filterLevels = (filter: Type): Level[] =>
  levels(filter, UseFilters(filter), (app) => app.useGlobalFilters(new filter()), APP_FILTER, [
    'UseFilters',
    'useGlobalFilters',
    'APP_FILTER',
  ]);
