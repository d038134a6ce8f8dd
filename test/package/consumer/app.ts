/** The app around the gateway: everything global, and something request-scoped. */
import {
  Catch,
  Inject,
  Injectable,
  Module,
  Scope,
  ValidationPipe,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, REQUEST } from '@nestjs/core';
import { OnMessage, RoomGateway, RoostContext, RoostModule, validationFailed, type Authenticate } from 'nestjs-roost';
import { tap } from 'rxjs';
import { ChatGateway, NoEveGuard } from './chat.js';

export const intercepted: string[] = [];

@Injectable()
class CountingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(tap(() => intercepted.push(RoostContext.find(context)?.event ?? 'ordinary')));
  }
}

@Catch(RangeError)
class RangeFilter implements ExceptionFilter {
  catch() {
    return { code: 'UNAVAILABLE', message: 'out of range' };
  }
}

/** Request-scoped guards are passed over by Nest itself where a gateway does not ask for them. */
@Injectable({ scope: Scope.REQUEST })
class NotTodayGuard implements CanActivate {
  constructor(@Inject(REQUEST) private readonly request: RoostContext) {}

  canActivate(): boolean {
    return this.request.event !== 'forbidden';
  }
}

let made = 0;

@Injectable({ scope: Scope.REQUEST })
class Run {
  readonly number = ++made;

  constructor(@Inject(REQUEST) readonly context: RoostContext) {}
}

@RoomGateway('scoped/:id')
class ScopedGateway {
  constructor(@Inject(Run) private readonly run: Run) {}

  @OnMessage('number')
  number() {
    return { number: this.run.number, event: this.run.context.event };
  }

  @OnMessage('forbidden')
  forbidden() {
    return 'not forbidden';
  }
}

const authenticate: Authenticate = ({ auth }) => {
  const { name = 'somebody' } = (auth ?? {}) as { name?: string };
  return { user: { id: name.toLowerCase(), name } };
};

@Module({
  imports: [RoostModule.forRoot({ path: '/ws', authenticate, shutdown: { after: 100, spread: 50 } })],
  providers: [
    ChatGateway,
    ScopedGateway,
    Run,
    { provide: APP_GUARD, useClass: NoEveGuard },
    { provide: APP_GUARD, useClass: NotTodayGuard, scope: Scope.REQUEST },
    { provide: APP_PIPE, useValue: new ValidationPipe({ exceptionFactory: validationFailed, whitelist: true }) },
    { provide: APP_INTERCEPTOR, useClass: CountingInterceptor },
    { provide: APP_FILTER, useClass: RangeFilter },
  ],
})
export class AppModule {}
