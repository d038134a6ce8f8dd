import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import {
  OnMessage,
  RoomGateway,
  RoostModule,
  RoostOptionError,
  type RoostOptions,
  type RoostOptionsFactory,
} from 'nestjs-roost';
import { startApp } from '../support/app.js';
import { RawClient } from '../support/raw-client.js';
import { useScene } from './support/scene.js';

const scene = useScene();

@RoomGateway('room/:id')
class Gateway {
  @OnMessage('say')
  say() {
    return 'said';
  }
}

@Injectable()
class Settings {
  readonly path = '/live';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class OptionsFactory implements RoostOptionsFactory {
  constructor(private readonly settings: Settings) {}

  async createRoostOptions(): Promise<RoostOptions> {
    return Promise.resolve({ path: this.settings.path });
  }
}

@Module({ imports: [SettingsModule], providers: [OptionsFactory], exports: [OptionsFactory] })
class FactoryModule {}

const mounts: [how: string, mount: () => DynamicModule, path: string][] = [
  ['forRoot()', () => RoostModule.forRoot(), '/ws'],
  ['forRoot({})', () => RoostModule.forRoot({}), '/ws'],
  ['forRoot(options)', () => RoostModule.forRoot({ path: '/live' }), '/live'],
  [
    'forRootAsync({ useFactory })',
    () =>
      RoostModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async (settings: Settings) => Promise.resolve({ path: settings.path }),
      }),
    '/live',
  ],
  [
    'forRootAsync({ useClass })',
    () => RoostModule.forRootAsync({ imports: [SettingsModule], useClass: OptionsFactory }),
    '/live',
  ],
  [
    'forRootAsync({ useExisting })',
    () => RoostModule.forRootAsync({ imports: [FactoryModule], useExisting: OptionsFactory }),
    '/live',
  ],
];

it.each(mounts)('%s mounts Roost', async (_how, mount, path) => {
  const { port } = await scene.start({ module: mount(), providers: [Gateway] });
  const client = await RawClient.session(`ws://127.0.0.1:${port}${path}`);
  expect(await client.request({ op: 'join', room: 'room/1' })).toMatchObject({ op: 'joined' });
  expect(await client.request({ event: 'say', room: 'room/1' })).toMatchObject({ data: 'said' });
  await client.close();
});

const numbers = [
  'heartbeat.interval', 'heartbeat.timeout', 'session.ttl', 'session.awayPerUser', 'session.awayPerAddress',
  'session.away', 'session.answers.count', 'session.answers.bytes', 'session.direct.count', 'session.direct.bytes',
  'limits.frame', 'limits.connect', 'limits.held.count', 'limits.held.bytes', 'limits.rooms', 'limits.pending',
  'limits.queue', 'limits.badFrames', 'limits.replay', 'timeouts.connect', 'timeouts.handler', 'timeouts.resume',
  'timeouts.drain', 'shutdown.after', 'shutdown.spread', 'fanOut.window',
]; // prettier-ignore

/** `{ a: { b: value } }` of `a.b`. */
function nested(option: string, value: unknown): RoostOptions {
  return option.split('.').reduceRight((inner: unknown, name) => ({ [name]: inner }), value) as RoostOptions;
}

describe('a wrong option is refused by its name:', () => {
  const wrong: [option: string, value: unknown][] = [
    ...numbers.flatMap((option): [string, unknown][] => [
      [option, -1],
      [option, '5'],
      [option, Number.NaN],
      [option, Number.POSITIVE_INFINITY],
      [option, null],
    ]),
    ...['heartbeat.interval', 'heartbeat.timeout', 'limits.frame', 'limits.rooms', 'timeouts.handler'].map(
      (option): [string, unknown] => [option, 0],
    ),
    ...[
      'heartbeat',
      'session',
      'session.answers',
      'session.direct',
      'limits',
      'limits.held',
      'timeouts',
      'shutdown',
      'fanOut',
    ].map((option): [string, unknown] => [option, 5]),
    ['path', 'ws'],
    ['path', ''],
    ['path', 5],
    ['authenticate', 'JwtAuthenticator'],
    ['authenticate', {}],
    ['origin', 'https://example.org'],
    ['origin', [5]],
    ['origin', true],
    ['plain', 'yes'],
    ['refuseBeforeUpgrade', 1],
    ['address', '127.0.0.1'],
    ['limits.messages', 5],
    ['limits.messages', null],
    ['limits.messages', true],
    ['limits.messages', { perSecond: 0, burst: 1 }],
    ['limits.connections', { perSecond: 1 }],
    ['limits.connections', { perSecond: 1, burst: 0.5 }],
    ['limits.connections', { perSecond: 'a', burst: 1 }],
    ['fanOut.window', 51],
    ['store', {}],
    ['store', 'redis'],
    ['clock', {}],
    ['clock', null],
    ['pth', '/ws'],
    ['heartbeat.intervall', 5],
    ['session.direct.size', 5],
  ];

  it.each(wrong)('%s: %p', async (option, value) => {
    const started = startApp({ module: RoostModule.forRoot(nested(option, value)), providers: [Gateway] });
    const error = await started.then(
      (app) => app.close(),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(RoostOptionError);
    expect((error as Error).message).toContain(`option \`${option}\``);
  });

  it('also where they come from a factory', async () => {
    const module = RoostModule.forRootAsync({ useFactory: () => ({ session: { ttl: -5 } }) });
    await expect(startApp({ module, providers: [Gateway] })).rejects.toThrow('option `session.ttl`');
  });

  it.each([undefined, null, 5])('no options at all (%p)', async (options) => {
    const module = RoostModule.forRootAsync({ useFactory: () => options as never });
    await expect(startApp({ module, providers: [Gateway] })).rejects.toThrow(
      'RoostModule: the options must be an object',
    );
  });
});

it.each(numbers)('an option that is undefined has its default: %s', async (option) => {
  await scene.start({ module: RoostModule.forRoot(nested(option, undefined)), providers: [Gateway] });
});
