import type { ClientStatus } from 'nestjs-roost/client';

/** Why the client has stopped, for the person before the page. */
export function closedWords(status: Extract<ClientStatus, { state: 'closed' }>): string {
  switch (status.why) {
    case 'taken-over':
      return 'Another tab goes on with this conversation';
    case 'unreachable':
      return 'The server cannot be reached';
    case 'forbidden':
    case 'unauthenticated':
      return status.error?.message ?? 'The server does not let you in';
    default:
      return 'The connection is closed';
  }
}
