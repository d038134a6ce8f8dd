import 'reflect-metadata';
import { Module, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo } from 'node:net';

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
