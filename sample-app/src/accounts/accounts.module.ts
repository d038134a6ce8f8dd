import { Global, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { Database } from '../database/database.js';
import { Accounts } from './accounts.js';
import { AccountsController } from './accounts.controller.js';
import { Logins } from './logins.js';
import { SiteAuthenticator } from './site.authenticator.js';
import { StaffGuard } from './staff.guard.js';
import { Visitors } from './visitors.js';

/** Tries of one address in a minute to sign up or in; many people may share one address. */
const TRIES = { ttl: 60_000, limit: Number(process.env['ROOST_SAMPLE_TRIES'] ?? 20) };

@Global()
@Module({
  imports: [
    ThrottlerModule.forRoot({
      throttlers: [TRIES],
      errorMessage: (_context, { timeToBlockExpire }) =>
        `Too many tries: wait ${Math.max(1, timeToBlockExpire)} seconds.`,
    }),
  ],
  controllers: [AccountsController],
  providers: [Database, Accounts, Logins, Visitors, SiteAuthenticator, StaffGuard],
  exports: [Database, Accounts, Logins, Visitors, SiteAuthenticator, StaffGuard],
})
export class AccountsModule {}
