import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RoostContext, RoostException } from 'nestjs-roost';
import { Channels } from '../channels/channels.js';
import type { Badge } from '../chat/chat.contract.js';
import type { Person } from '../people/person.js';

const ROLES = 'chat:roles';

/** Who may do this: the owner of the channel, and moderators too where it is said. */
export const For = (...roles: Exclude<Badge, 'guest'>[]) => SetMetadata(ROLES, roles);

/** Lets in those whom `@For()` names. */
@Injectable()
export class ModeratorsGuard implements CanActivate {
  constructor(
    private readonly channels: Channels,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { session, params } = RoostContext.of(context);
    const roles = this.reflector.get<Badge[] | undefined>(ROLES, context.getHandler());
    const badge = this.channels.badgeOf(params['channel'] ?? '', session.user as Person);
    if (roles === undefined || (badge !== undefined && roles.includes(badge))) return true;
    const whose = roles.includes('moderator') ? 'the owner and the moderators' : 'the owner';
    throw new RoostException('FORBIDDEN', `That is for ${whose} of this channel.`);
  }
}
