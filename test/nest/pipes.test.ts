import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  Injectable,
  ParseIntPipe,
  UsePipes,
  ValidationPipe,
  type ArgumentMetadata,
  type PipeTransform,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Type } from 'class-transformer';
import { IsInt, IsString, Length, Max, ValidateNested } from 'class-validator';
import {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnMessage,
  OnResume,
  Room,
  RoomGateway,
  RoomParam,
  Session,
  validationFailed,
} from 'nestjs-roost';
import { pipeLevels, type Level } from './support/levels.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const ran: unknown[] = [];
let refusing = '';

beforeEach(() => {
  ran.length = 0;
  refusing = '';
});

class SayDto {
  @IsString()
  @Length(1, 10)
  text!: string;
}

class Stars {
  @IsInt()
  @Max(5)
  count!: number;
}

class ReviewDto {
  @ValidateNested()
  @Type(() => Stars)
  stars!: Stars;

  @IsString()
  text!: string;
}

/** Refuses the room whose parameter a test names, and messages that say the same. */
@Injectable()
class RefusingPipe implements PipeTransform {
  transform(value: unknown, _metadata: ArgumentMetadata): unknown {
    if (refusing !== '' && value === refusing) throw new BadRequestException(`not ${refusing}`);
    return value;
  }
}

function gatewayAt({ onMethod, onClass }: Level) {
  @onClass
  @RoomGateway('room/:id')
  class Gateway {
    @onMethod
    @OnJoin()
    join(@RoomParam('id') id: string) {
      ran.push(`join ${id}`);
    }

    @onMethod
    @OnMessage('say')
    say(@MessageBody() text: string) {
      ran.push(`say ${text}`);
    }

    @onMethod
    @OnResume()
    resume(@RoomParam('id') id: string) {
      ran.push(`resume ${id}`);
    }

    @onMethod
    @SubscribeMessage('echo')
    echo(@MessageBody() text: string) {
      return text;
    }
  }
  return Gateway;
}

describe.each(pipeLevels(RefusingPipe))('hard case 19: a pipe by $name', (level) => {
  const room = 'room/bad';
  beforeEach(async () => {
    await scene.start({ providers: [gatewayAt(level), ...level.providers], prepare: level.prepare });
  });

  it('checks what a join is given', async () => {
    refusing = 'bad';
    const client = await scene.session();
    const id = client.id();
    client.send({ op: 'join', room, id });
    expect(await client.answer(id)).toEqual({ op: 'error', id, code: 'VALIDATION_FAILED', message: 'not bad' });
    expect(ran).toEqual([]);
  });

  it('checks what a message is given', async () => {
    refusing = 'nonsense';
    const client = await scene.member(room);
    const id = client.id();
    client.send({ event: 'say', room, data: 'nonsense', id });
    expect(await client.answer(id)).toEqual({ op: 'error', id, code: 'VALIDATION_FAILED', message: 'not nonsense' });
    expect(await client.request({ event: 'say', room, data: 'sense' })).toMatchObject({ op: 'ack' });
    expect(await client.request({ event: 'echo', data: 'nonsense' })).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(ran).toEqual(['join bad', 'say sense']);
  });

  it('checks what a resume is given', async () => {
    const client = await scene.member(room);
    refusing = 'bad';
    const back = await scene.comeBack(client, { [room]: { epoch: 'any', offset: 0 } });
    await back.expect({ op: 'left', room, reason: 'refused' });
    expect(ran).toEqual(['join bad']);
  });
});

@RoomGateway('dto/:id')
class DtoGateway {
  @OnJoin()
  join(@MessageBody() hello: SayDto) {
    return hello.text;
  }

  @OnMessage('say')
  say(@MessageBody() message: SayDto) {
    return { text: message.text, dto: message instanceof SayDto };
  }

  @OnMessage('review')
  review(@MessageBody() review: ReviewDto) {
    return review.stars.count;
  }
}

describe('class-validator', () => {
  const room = 'dto/1';

  it("by Nest's ValidationPipe as it comes answers VALIDATION_FAILED with fields and sentences", async () => {
    await scene.start({ providers: [DtoGateway], prepare: (app) => app.useGlobalPipes(new ValidationPipe()) });
    const client = await scene.session();
    expect(await client.request({ op: 'join', room, data: { text: 5 } })).toMatchObject({
      op: 'error',
      code: 'VALIDATION_FAILED',
      details: expect.arrayContaining([{ field: 'text', message: 'text must be a string' }]),
    });
    expect(await client.request({ op: 'join', room, data: { text: 'hi' } })).toMatchObject({
      op: 'joined',
      data: 'hi',
    });
    expect(await client.request({ event: 'say', room, data: { text: '' } })).toEqual({
      op: 'error',
      id: 3,
      code: 'VALIDATION_FAILED',
      message: 'the data did not pass validation',
      details: [{ field: 'text', message: 'text must be longer than or equal to 1 characters' }],
    });
    expect(await client.request({ event: 'review', room, data: { text: 'x', stars: { count: 9 } } })).toMatchObject({
      details: [{ field: 'stars.count' }],
    });
    expect(await client.request({ event: 'say', room, data: { text: 'ok' } })).toMatchObject({ op: 'ack' });
  });

  it('by a ValidationPipe with validationFailed tells fields and constraints, nested ones too', async () => {
    const pipe = new ValidationPipe({ exceptionFactory: validationFailed, transform: true });
    await scene.start({ providers: [DtoGateway], prepare: (app) => app.useGlobalPipes(pipe) });
    const client = await scene.session();
    await client.request({ op: 'join', room, data: { text: 'hi' } });
    const data = { text: 5, stars: { count: 9 } };
    expect(await client.request({ event: 'review', room, data })).toEqual({
      op: 'error',
      id: 2,
      code: 'VALIDATION_FAILED',
      message: 'the data did not pass validation',
      details: [
        { field: 'stars.count', constraint: 'max', message: 'count must not be greater than 5' },
        { field: 'text', constraint: 'isString', message: 'text must be a string' },
      ],
    });
    expect(await client.request({ event: 'say', room, data: { text: 'ok' } })).toMatchObject({
      data: { text: 'ok', dto: true },
    });
  });

  it.each([undefined, null, 5, 'text', [], [{ text: 'hi' }]])('refuses %p where a DTO is wanted', async (data) => {
    await scene.start({ providers: [DtoGateway], prepare: (app) => app.useGlobalPipes(new ValidationPipe()) });
    const client = await scene.session();
    await client.request({ op: 'join', room, data: { text: 'hi' } });
    expect(await client.request({ event: 'say', room, data })).toMatchObject({
      op: 'error',
      code: 'VALIDATION_FAILED',
    });
  });
});

describe('parameters', () => {
  it('@RoomParam takes pipes', async () => {
    @RoomGateway('order/:number/:part')
    class OrderGateway {
      @OnJoin()
      join(@RoomParam('number', ParseIntPipe) number: number, @RoomParam('part') part: string) {
        return { number, part };
      }
    }
    await scene.start({ providers: [OrderGateway] });
    const client = await scene.session();
    expect(await client.request({ op: 'join', room: 'order/12/a' })).toMatchObject({ data: { number: 12, part: 'a' } });
    expect(await client.request({ op: 'join', room: 'order/x/a' })).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'Validation failed (numeric string is expected)',
    });
  });

  it('@MessageBody takes a name and pipes', async () => {
    @RoomGateway('sum/:id')
    class SumGateway {
      @OnMessage('add')
      add(@MessageBody('by', ParseIntPipe) by: number) {
        return by + 1;
      }
    }
    await scene.start({ providers: [SumGateway] });
    const client = await scene.member('sum/1');
    expect(await client.request({ event: 'add', room: 'sum/1', data: { by: '4' } })).toMatchObject({ data: 5 });
    expect(await client.request({ event: 'add', room: 'sum/1' })).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('no pipe touches @CurrentSession() and @CurrentRoom()', async () => {
    @UsePipes(new ValidationPipe({ transform: true, validateCustomDecorators: true, forbidUnknownValues: true }))
    @RoomGateway('same/:id')
    class SameGateway {
      seen: Session[] = [];

      @OnJoin()
      join(@CurrentSession() session: Session) {
        this.seen.push(session);
      }

      @OnMessage('say')
      say(@CurrentSession() session: Session, @MessageBody() _message: SayDto, @CurrentRoom() room: Room) {
        this.seen.push(session);
        return { session: session instanceof Session, room: room instanceof Room, rooms: session.rooms };
      }
    }
    const { app } = await scene.start({ providers: [SameGateway] });
    const client = await scene.member('same/1');
    expect(await client.request({ event: 'say', room: 'same/1', data: { text: 'a' } })).toMatchObject({
      data: { session: true, room: true, rooms: ['same/1'] },
    });
    const [first, second] = app.get(SameGateway).seen;
    expect(first).toBe(second);
  });
});
