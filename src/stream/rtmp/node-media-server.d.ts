// The types of what is used of node-media-server 4.4.3, which has none.
declare module 'node-media-server/src/protocol/rtmp.js' {
  export interface Invoke {
    cmd?: unknown;
    transId?: unknown;
    cmdObj?: unknown;
    streamName?: unknown;
  }

  /** Parses what one RTMP client sends, and makes what it is answered. */
  export default class Rtmp {
    streamApp: unknown;
    objectEncoding: unknown;
    inChunkSize: number;
    outChunkSize: number;
    ackSize: number | undefined;
    inPackets: Map<number, unknown>;
    parserPacket: {
      header: { type: number; length: number; stream_id: number };
      clock: number;
      payload: Buffer;
      capacity: number;
      bytes: number;
    };
    onOutputCallback: (bytes: Buffer) => void;
    /** Throws on what it cannot read. */
    parserData(bytes: Buffer): string | null;
    packetAlloc(): void;
    controlHandler(): void;
    invokeHandler(): void;
    dataHandler(): void;
    setChunkSize(size: number): void;
    sendACK(bytes: number): void;
    sendWindowACK(bytes: number): void;
    setPeerBandwidth(bytes: number, type: number): void;
    respondConnect(transaction: unknown): void;
    respondCreateStream(transaction: unknown): void;
    sendStatusMessage(stream: number, level: string, code: string, description: string): void;
  }
}

declare module 'node-media-server/src/protocol/amf.js' {
  import type { Invoke } from 'node-media-server/src/protocol/rtmp.js';

  const amf: { decodeAmf0Cmd(bytes: Buffer): Invoke; encodeAmf0Cmd(command: Record<string, unknown>): Buffer };
  export default amf;
}

declare module 'node-media-server/src/core/logger.js' {
  const logger: { log: (message: string, level?: string) => void };
  export default logger;
}
