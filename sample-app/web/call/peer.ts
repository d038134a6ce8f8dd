import type { Candidate, Description, Signal } from '../../src/call/call.contract.js';
import { reportOf, type Report } from './report.js';

/** What a peer says to the other by way of the server. */
export type Negotiation = Pick<Signal, 'description' | 'candidate'>;

export interface PeerOptions {
  /** Whether it gives way where both have made an offer at once: one of the two does, the other does not. */
  readonly polite: boolean;
  /** Sound and picture to send. */
  readonly stream: MediaStream;
  tell(negotiation: Negotiation): void;
  /** Sound and picture of the other have come, or more of it. */
  received(stream: MediaStream): void;
  stateChanged(state: RTCPeerConnectionState): void;
  /** The data channel has opened, or closed: as soon as the other closes its end. */
  opened(open: boolean): void;
  /** Something on the data channel. */
  message(data: unknown): void;
  failed(error: unknown): void;
}

/**
 * One end of a WebRTC connection: sound, picture, and a data channel on which nothing is sent again. Both ends are
 * alike; each may make an offer at any time ("perfect negotiation", https://www.w3.org/TR/webrtc/).
 */
export class Peer {
  // No server tells it how it looks from outside: it has the addresses of its own machine.
  readonly #connection = new RTCPeerConnection({ iceServers: [] });
  #channel: RTCDataChannel | undefined;
  readonly #options: PeerOptions;
  #offering = false;
  /** An answer of the other is being taken: the connection is as good as settled. */
  #settling = false;
  /** The other's offer was passed over; so are the addresses that belong to it. */
  #deaf = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    const connection = this.#connection;
    connection.addEventListener('negotiationneeded', () => void this.#offer());
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate?.candidate) options.tell({ candidate: candidate.toJSON() as Candidate });
    });
    connection.addEventListener('track', ({ streams: [stream] }) => stream && options.received(stream));
    connection.addEventListener('connectionstatechange', () => options.stateChanged(connection.connectionState));
    // The first offer is the impolite one's: of a first one that is taken back Chromium at times never recovers.
    if (!options.polite) this.#begin();
  }

  /** Takes what the other said, in the order in which it was said. */
  async take({ description, candidate }: Negotiation): Promise<void> {
    try {
      if (description) await this.#takeDescription(description);
      if (candidate && !this.#deaf) await this.#connection.addIceCandidate(candidate);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Sends this track in the place of the one of its kind. */
  async send(track: MediaStreamTrack): Promise<void> {
    try {
      // What comes before the first offer is in the stream by then.
      if (!this.#channel) return;
      const sender = this.#connection.getSenders().find((sender) => sender.track?.kind === track.kind);
      if (sender) await sender.replaceTrack(track);
      else this.#connection.addTrack(track, this.#options.stream);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @returns whether it was sent: not while there is no way to the other */
  post(data: string): boolean {
    if (this.#channel?.readyState !== 'open') return false;
    this.#channel.send(data);
    return true;
  }

  /** Something that one of the two has told may not have arrived. Says again what waits for an answer. */
  recover(): void {
    const { signalingState, connectionState, localDescription } = this.#connection;
    if (signalingState === 'have-local-offer' && localDescription) this.#tellDescription(localDescription);
    else if (connectionState !== 'connected') this.restart();
  }

  /** Looks for a way to the other anew; what comes on the old one comes on. */
  restart(): void {
    this.#connection.restartIce();
  }

  /** What the browser has counted by now; nothing once it is closed. */
  async report(before: Report | undefined): Promise<Report | undefined> {
    try {
      return await reportOf(this.#connection, before);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  close(): void {
    this.#connection.close();
  }

  /** There is something to offer from here on. */
  #begin(): void {
    const connection = this.#connection;
    const options = this.#options;
    // Both ends open the channel of this number, so that none has to wait for the other's.
    const parameters = { negotiated: true, id: 0, ordered: false, maxRetransmits: 0 };
    this.#channel = connection.createDataChannel('probes', parameters);
    this.#channel.addEventListener('open', () => options.opened(true));
    this.#channel.addEventListener('close', () => options.opened(false));
    this.#channel.addEventListener('message', ({ data }) => options.message(data));
    for (const track of options.stream.getTracks()) connection.addTrack(track, options.stream);
  }

  async #takeDescription(description: Description): Promise<void> {
    const connection = this.#connection;
    // To an offer that was said again: the first answer to it did arrive.
    const late = connection.signalingState !== 'have-local-offer' || this.#settling;
    if (description.type === 'answer' && late) return;
    const settled = !this.#offering && (connection.signalingState === 'stable' || this.#settling);
    const collides = description.type === 'offer' && !settled;
    this.#deaf = collides && !this.#options.polite;
    if (this.#deaf) return;
    if (!this.#channel) this.#begin();
    this.#settling = description.type === 'answer';
    try {
      // Where this end gives way, its own offer is taken back by that.
      await connection.setRemoteDescription(description);
    } finally {
      this.#settling = false;
    }
    if (description.type === 'offer') await this.#describe();
  }

  async #offer(): Promise<void> {
    try {
      this.#offering = true;
      await this.#describe();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#offering = false;
    }
  }

  /** An offer or an answer, whichever is due. */
  async #describe(): Promise<void> {
    await this.#connection.setLocalDescription();
    const { localDescription } = this.#connection;
    if (localDescription) this.#tellDescription(localDescription);
  }

  #tellDescription(description: RTCSessionDescription): void {
    this.#options.tell({ description: description.toJSON() as Description });
  }

  /** What fails because the connection was closed meanwhile is no failure. */
  #fail(error: unknown): void {
    if (this.#connection.signalingState !== 'closed') this.#options.failed(error);
  }
}
