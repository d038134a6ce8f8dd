import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ConnectionMode } from '../connection/connection.js';
import type { User } from '../rooms/member.js';

/**
 * What is known of a client that wants in.
 *
 * @publicApi
 */
export interface Handshake {
  /**
   * `upgrade`: the HTTP request, before there is a WebSocket. Plain clients are asked about here, and with
   * `refuseBeforeUpgrade` all. `connect`: the first frame of a `roost.v1` client, with its `auth`; also of one that
   * comes back to its session.
   */
  readonly step: 'upgrade' | 'connect';
  readonly mode: ConnectionMode;
  /** The request of the upgrade. */
  readonly request: IncomingMessage;
  readonly headers: IncomingHttpHeaders;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** The address that limits count by. */
  readonly address: string;
  /** `auth` of the `connect` frame: whatever the client sent, unchecked. */
  readonly auth: unknown;
  /**
   * Whose session the client comes back to: it has shown the session's secret token. A guest may be let in as the same
   * guest again; somebody else gets a session of their own.
   */
  readonly resuming: User | undefined;
}

/** @publicApi */
export interface Authenticated<U extends User = User> {
  /** Who it is; nobody in particular where left out. */
  user?: U;
  /** When the credentials are over: the connection is then closed with 4401, and the client comes back with fresh ones. */
  expiresAt?: Date | number;
}

/**
 * Says who a client is. Refuses by throwing (an `UnauthorizedException`, a `ForbiddenException`, or a `RoostException`
 * with words for the client) or by returning nothing.
 *
 * @publicApi
 */
export type Authenticate<U extends User = User> = (
  handshake: Handshake,
) => Authenticated<U> | undefined | null | false | Promise<Authenticated<U> | undefined | null | false>;

/** {@link Authenticate} as a provider, for what needs the app's services. @publicApi */
export interface Authenticator<U extends User = User> {
  authenticate: Authenticate<U>;
}
