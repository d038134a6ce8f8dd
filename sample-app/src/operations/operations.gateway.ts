import { UseGuards } from '@nestjs/common';
import { CurrentSession, OnJoin, OnResume, RoomGateway, Session } from 'nestjs-roost';
import { StaffGuard } from '../accounts/staff.guard.js';
import type { Person } from '../people/person.js';
import { youOf } from '../people/you.js';
import { SPAN } from './operations.contract.js';

/** For staff alone, and asked again when somebody comes back. */
@RoomGateway('operations', { history: { size: 2_000, ttl: SPAN }, presence: 'off' })
@UseGuards(StaffGuard)
export class OperationsGateway {
  @OnJoin()
  join(@CurrentSession() session: Session<Person>) {
    return { you: youOf(session) };
  }

  @OnResume()
  resume(): void {}
}
