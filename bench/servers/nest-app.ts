import 'reflect-metadata';
import { Logger, Module, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo } from 'node:net';

// What is logged before the app is created counts too.
Logger.overrideLogger(['error', 'warn']);

@Module({})
class BenchModule {}

/** A Nest app as `nest new` makes it, around the gateway that is measured. */
export function createApp(metadata: ModuleMetadata): Promise<INestApplication> {
  return NestFactory.create({ module: BenchModule, ...metadata }, { logger: ['error', 'warn'], abortOnError: false });
}

/** @returns the port */
export async function listen(app: INestApplication): Promise<number> {
  await app.listen(0, '127.0.0.1');
  return ((app.getHttpServer() as { address(): unknown }).address() as AddressInfo).port;
}
