import type { DynamicModule, INestApplication, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { RoostModule, type RoostOptions } from 'nestjs-roost';
import { varied } from './variant.js';

export interface TestApp {
  readonly app: INestApplication;
  readonly port: number;
  /** WebSocket URL of Roost's path. */
  readonly url: string;
  close(): Promise<void>;
}

export interface TestAppOptions extends ModuleMetadata {
  readonly roost?: RoostOptions;
  /** Instead of `RoostModule.forRoot(roost)`. */
  readonly module?: DynamicModule;
  /** What to do with the app before it starts. */
  readonly prepare?: (app: INestApplication) => void;
}

/** The first ping comes at a random moment: a test that counts frames and is not about it can do without. */
const STILL: RoostOptions = { heartbeat: { interval: 2 ** 31 - 1, timeout: 600_000 } };

/** Connections that may wait to be accepted: some tests open a thousand at once, and a busy machine takes its time. */
const BACKLOG = 4_096;

/** Starts a real Nest app on a free port of the loopback address. */
export async function startApp(options: TestAppOptions): Promise<TestApp> {
  const {
    roost = {},
    module = RoostModule.forRoot(varied({ ...STILL, ...roost })),
    prepare,
    imports = [],
    ...metadata
  } = options;
  const testing = await Test.createTestingModule({ ...metadata, imports: [module, ...imports] }).compile();
  const app = testing.createNestApplication({ logger: process.env['ROOST_TEST_LOG'] ? ['error', 'warn'] : false });
  prepare?.(app);
  await app.init();
  const server = app.getHttpServer() as Server;
  server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { app, port, url: `ws://127.0.0.1:${port}${roost.path ?? '/ws'}`, close: () => app.close() };
}
