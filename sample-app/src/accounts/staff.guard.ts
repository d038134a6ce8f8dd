import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { RoostContext } from 'nestjs-roost';
import type { Request } from 'express';
import { Database } from '../database/database.js';
import type { Person } from '../people/person.js';
import { fold } from './accounts.js';
import { Visitors } from './visitors.js';

/**
 * Lets in who looks after the place, on pages and in rooms alike: who owns or moderates a channel, and the account that
 * `ROOST_SAMPLE_ADMIN` names.
 */
@Injectable()
export class StaffGuard implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly visitors: Visitors,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const person =
      context.getType() === 'http'
        ? this.visitors.person(context.switchToHttp().getRequest<Request>())
        : (RoostContext.of(context).session.user as Person);
    if (person !== undefined && this.isStaff(person)) return true;
    throw new ForbiddenException('This is for those who own or moderate a channel.');
  }

  isStaff({ id }: Person): boolean {
    const sqlOfAccount = 'SELECT folded FROM accounts WHERE id = ?';
    const account = this.database.get(sqlOfAccount, id) as { readonly folded: string } | undefined;
    if (account === undefined) return false;
    const admin = process.env['ROOST_SAMPLE_ADMIN'];
    if (admin !== undefined && account.folded === fold(admin)) return true;
    const sql = 'SELECT 1 FROM channels WHERE owner = ? UNION SELECT 1 FROM moderators WHERE account = ? LIMIT 1';
    return this.database.get(sql, id, id) !== undefined;
  }
}
