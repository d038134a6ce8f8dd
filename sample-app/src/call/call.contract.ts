import type { You } from '../people/you.js';

/** What the rooms `call/:name` carry; the server and the page share it. */
export interface CallContract {
  clientToServer: { signal: (signal: Signal) => void; probe: (probe: Probe) => void };
  /** `place`: somebody takes one of the places, where there is one left. */
  serverToClient: { signal: Signal; probe: Probe; place: null };
  joined: { readonly you: You };
}

/** What one end of a call tells the other, so that the two find a way to each other past the server. */
export interface Signal {
  /** Who tells it: an id that a page takes anew each time it comes into a call. */
  readonly from: string;
  /** Whom it is for; left out by who has just come in, and knows nobody yet. */
  readonly to?: string;
  /** An offer, or the answer to one. */
  readonly description?: Description;
  /** An address at which the sender may be reached. */
  readonly candidate?: Candidate;
  /** What the sender lets be seen and heard. */
  readonly shows?: Shows;
}

export interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

export interface Candidate {
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
  readonly usernameFragment?: string | null;
}

export interface Shows {
  readonly sound: boolean;
  /** `false`: a drawn bird. */
  readonly camera: boolean;
}

/** A question that is answered at once with the same number, to see how long the way takes. */
export interface Probe {
  readonly number: number;
  readonly answer: boolean;
}
