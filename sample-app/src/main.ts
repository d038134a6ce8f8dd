import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Logger, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { validationFailed } from 'nestjs-roost';
import { AppModule } from './app.module.js';

const port = Number(process.env['PORT'] ?? 3000);

const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['error', 'warn'] });
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, exceptionFactory: validationFailed }));
app.useStaticAssets(fileURLToPath(new URL('../public/assets', import.meta.url)), {
  prefix: '/assets/',
  // Their names change with their contents.
  immutable: true,
  maxAge: '1y',
});
app.enableShutdownHooks();

// What is wrong with the port is told in one line below; Nest would add its stack.
Logger.overrideLogger(false);
try {
  await app.listen(port);
  Logger.overrideLogger(['error', 'warn']);
  const { port: actual } = app.getHttpServer().address() as AddressInfo;
  process.stdout.write(`The chat is open at http://localhost:${actual}\n`);
} catch (error) {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    process.stderr.write(`Port ${port} is taken: choose another, as in PORT=3001 npm start.\n`);
  else if (code === 'ERR_SOCKET_BAD_PORT') process.stderr.write('PORT must be a number from 0 to 65535.\n');
  else throw error;
  process.exitCode = 1;
  await app.close();
}
