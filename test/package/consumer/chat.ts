/** What a user writes: a contract, a DTO, a gateway. */
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { IsString, Length } from 'class-validator';
import {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnLeave,
  OnMessage,
  Room,
  RoomGateway,
  RoomParam,
  RoostContext,
  Session,
} from 'nestjs-roost';

export interface ChatContract {
  clientToServer: { say: (message: { text: string }) => { offset: number } };
  serverToClient: { say: { from: string; text: string } };
  joined: { topic: string };
}

export interface Person {
  id: string;
  name: string;
}

export class SayDto {
  @IsString()
  @Length(1, 20)
  text!: string;
}

/** Lets nobody in whose name is Eve. */
@Injectable()
export class NoEveGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    // A global guard is asked about handlers of all kinds, also where there is no session.
    const run = RoostContext.find(context);
    return run?.event !== 'join' || (run.session.user as Person | undefined)?.name !== 'Eve';
  }
}

@RoomGateway('chat/:channel', { history: { size: 10 } })
export class ChatGateway {
  readonly left: string[] = [];

  @OnJoin()
  join(@RoomParam('channel') channel: string) {
    return { topic: `All about ${channel}` };
  }

  @OnMessage('say')
  say(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @MessageBody() message: SayDto,
  ) {
    return room.broadcast('say', { from: session.user?.name ?? 'somebody', text: message.text });
  }

  @OnMessage('break')
  break() {
    throw new RangeError('an inner secret');
  }

  @OnMessage('lost')
  lost() {
    throw new Error('an inner secret');
  }

  @OnLeave()
  leave(@CurrentSession() session: Session<Person>) {
    this.left.push(session.user?.name ?? 'somebody');
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown) {
    return { event: 'echoed', data };
  }
}
