/** What a connection needs of a WebSocket. */
export interface Socket {
  /** Bytes that were written and that the machine's network has not taken yet. */
  readonly bufferedBytes: number;
  /** Whether it takes frames compressed without a context; see `deflatedFrame`. */
  readonly compresses: boolean;
  /** Sends one or more whole frames, as one write. */
  write(frames: readonly Buffer[]): void;
  /** Calls back once, when all that was written is with the machine's network, or the socket is gone. */
  whenWritten(callback: () => void): void;
  /** Sends a WebSocket ping. */
  ping(): void;
  /** Starts the closing handshake. */
  close(code: number, reason: string): void;
  /** Ends it without a handshake. */
  terminate(): void;
  /** Who hears of what comes in; called once. */
  listen(listener: SocketListener): void;
}

export interface SocketListener {
  /** A message; `undefined` where it was binary. */
  message(text: string | undefined): void;
  /** A WebSocket ping or pong. */
  sign(): void;
  /** Gone, once. */
  closed(code: number): void;
}
