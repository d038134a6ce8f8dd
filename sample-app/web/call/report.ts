/** What the browser counts of one connection, as far as the page shows it. */
export interface Report {
  readonly pair: Pair | undefined;
  readonly sound: Reception | undefined;
  readonly picture: Reception | undefined;
}

/** The two addresses that have found each other. */
export interface Pair {
  /** Of ICE's own checks, there and back. */
  readonly milliseconds: number | undefined;
  readonly protocol: string;
  /** `host`: an address of the machine itself. */
  readonly kinds: readonly [own: string, others: string];
}

export interface Reception {
  readonly packets: number;
  readonly lost: number;
  /** How unevenly packets come, in milliseconds. */
  readonly jitter: number;
  /** Received since the report before. */
  readonly kilobits: number | undefined;
  /** Pictures decoded; sound has none. */
  readonly frames: number;
  readonly bytes: number;
  /** When it was counted, in milliseconds. */
  readonly at: number;
}

/** One of the browser's statistics; the two are of a candidate's. */
interface Stats extends RTCStats {
  readonly protocol?: string;
  readonly candidateType?: string;
}

/** @param before the report before this one, to tell how much came since */
export async function reportOf(connection: RTCPeerConnection, before?: Report): Promise<Report> {
  const stats = (await connection.getStats()) as unknown as ReadonlyMap<string, Stats>;
  const all = [...stats.values()];
  const received = all.filter(({ type }) => type === 'inbound-rtp') as RTCInboundRtpStreamStats[];
  return {
    pair: pairOf(stats, all),
    sound: receptionOf(
      received.find(({ kind }) => kind === 'audio'),
      before?.sound,
    ),
    picture: receptionOf(
      received.find(({ kind }) => kind === 'video'),
      before?.picture,
    ),
  };
}

function pairOf(stats: ReadonlyMap<string, Stats>, all: readonly Stats[]): Pair | undefined {
  const transport = all.find(({ type }) => type === 'transport') as RTCTransportStats | undefined;
  const pair = stats.get(transport?.selectedCandidatePairId ?? '') as RTCIceCandidatePairStats | undefined;
  if (pair === undefined) return undefined;
  const own = stats.get(pair.localCandidateId);
  const others = stats.get(pair.remoteCandidateId);
  const { currentRoundTripTime: seconds } = pair;
  return {
    milliseconds: seconds === undefined ? undefined : seconds * 1_000,
    protocol: own?.protocol ?? '',
    kinds: [own?.candidateType ?? '', others?.candidateType ?? ''],
  };
}

function receptionOf(
  stream: RTCInboundRtpStreamStats | undefined,
  before: Reception | undefined,
): Reception | undefined {
  if (stream === undefined) return undefined;
  const { timestamp: at, bytesReceived: bytes = 0 } = stream;
  return {
    packets: stream.packetsReceived ?? 0,
    lost: stream.packetsLost ?? 0,
    jitter: (stream.jitter ?? 0) * 1_000,
    // Bits a millisecond are kilobits a second.
    kilobits: before && at > before.at ? ((bytes - before.bytes) * 8) / (at - before.at) : undefined,
    frames: stream.framesDecoded ?? 0,
    bytes,
    at,
  };
}
