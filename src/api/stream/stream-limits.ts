export const STREAM_LIMITS = Symbol('StreamLimits');

/** What those who look on may cost. */
export interface StreamLimits {
  /** Streams at one time. */
  readonly maxStreams: number;
  /** Bytes that may wait for one reader before it is cut off. */
  readonly maxBuffered: number;
  readonly heartbeatMs: number;
  readonly replay: {
    /** How far back a reader may go on from, ms. */
    readonly maxAgeMs: number;
    /** Messages that it may have missed. */
    readonly maxChanges: number;
  };
}

export const defaultStreamLimits: StreamLimits = {
  maxStreams: 50,
  maxBuffered: 1024 * 1024,
  heartbeatMs: 15_000,
  replay: { maxAgeMs: 3_600_000, maxChanges: 1_000 },
};
