/**
 * The shape of a contract: what a room's clients send, what they receive, and what joining tells. A contract is an
 * interface of the app that server and browser share; each of its three parts may be left out.
 *
 * ```ts
 * interface ChatContract {
 *   clientToServer: { say: (message: { text: string }) => { offset: number } };
 *   serverToClient: { say: ChatMessage; viewers: number };
 *   joined: { topic: string };
 * }
 * ```
 *
 * @publicApi
 */
export interface RoomContract {
  /** Events a client sends: the data as the parameter, the handler's answer as the result. */
  clientToServer?: object;
  /** Events of the room and the type of their data. */
  serverToClient?: object;
  /** What the join handler returns. */
  joined?: unknown;
}

/**
 * Stands where no contract is given: any event, data unknown.
 *
 * @publicApi
 */
export type AnyContract = {
  clientToServer: Record<string, (data?: unknown) => unknown>;
  serverToClient: Record<string, unknown>;
  joined: unknown;
};

type Part<C, K extends keyof RoomContract> = C extends { [P in K]: infer Events } ? Events : Record<never, never>;

/** Names of the events a client may send. @publicApi */
export type SendEvent<C> = keyof Part<C, 'clientToServer'> & string;

/** Data of the event `E` that a client sends. @publicApi */
export type SendData<C, E extends SendEvent<C>> = Part<C, 'clientToServer'>[E] extends (...args: infer A) => unknown
  ? A extends []
    ? undefined
    : A[0]
  : never;

/** Answer to the event `E` that a client sends. @publicApi */
export type SendAnswer<C, E extends SendEvent<C>> = Part<C, 'clientToServer'>[E] extends (...args: never) => infer R
  ? Awaited<R>
  : never;

/** Names of the room's own events. @publicApi */
export type BroadcastEvent<C> = keyof Part<C, 'serverToClient'> & string;

/** Data of the room's event `E`. @publicApi */
export type BroadcastData<C, E extends BroadcastEvent<C>> = Part<C, 'serverToClient'>[E];

/** What joining tells. @publicApi */
export type JoinedData<C> = C extends { joined: infer J } ? J : unknown;
