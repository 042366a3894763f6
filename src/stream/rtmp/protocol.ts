// One RTMP client's protocol: node-media-server's parser, with the limits and the order of things that it lacks.
import logger from 'node-media-server/src/core/logger.js';
import amf from 'node-media-server/src/protocol/amf.js';
import Rtmp, { type Invoke } from 'node-media-server/src/protocol/rtmp.js';

// It prints what clients send, stream keys among it.
logger.log = () => {};

/** What a client may ask of us. */
export interface RtmpEvents {
  /** It wants to publish; nothing is answered until `accept` or `refuse`. */
  onPublish: (app: string, name: string) => void;
  /** It says that it has ended its broadcast. */
  onUnpublish: () => void;
  onPlay: () => void;
  onMedia: (type: 'audio' | 'video', time: number, payload: Buffer) => void;
  send: (bytes: Buffer) => void;
}

/** Bytes; commands, and whatever comes before the broadcast is accepted, must be small. */
const largestMedia = 8 * 1024 * 1024;
const largestCommand = 64 * 1024;
/** Publishers use four or five. */
const mostChunkStreams = 32;
const windowBytes = 2_500_000;
const audio = 8;
const video = 9;
const amf3Command = 17;
const rtmpVersion = 3;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Feed `parserData`; it throws on what is no RTMP. */
export class RtmpProtocol extends Rtmp {
  readonly #events: RtmpEvents;
  #publishStream = 0;
  #accepted = false;
  #received = 0;
  #acknowledged = 0;

  constructor(events: RtmpEvents) {
    super();
    this.#events = events;
    this.onOutputCallback = events.send;
  }

  accept(): void {
    this.#accepted = true;
    this.sendStatusMessage(this.#publishStream, 'status', 'NetStream.Publish.Start', 'The broadcast is on.');
  }

  refuse(code: string, reason: string): void {
    this.sendStatusMessage(this.#publishStream, 'error', code, reason);
  }

  override parserData(bytes: Buffer): string | null {
    if (this.#received === 0 && bytes.length > 0 && bytes[0] !== rtmpVersion) throw new Error('not RTMP');
    this.#received += bytes.length;
    const result = super.parserData(bytes);
    // Clients that hear nothing for a window's length may stop sending.
    if (this.#received - this.#acknowledged >= Math.min(this.ackSize || windowBytes, windowBytes) / 2) {
      this.#acknowledged = this.#received;
      this.sendACK(this.#received % 2 ** 32);
    }
    return result;
  }

  override packetAlloc(): void {
    const { type, length } = this.parserPacket.header;
    // A header that leaves out what no header before it told.
    if (type === 0) throw new Error('a message without a type');
    const media = type === audio || type === video;
    if (length > (media && this.#accepted ? largestMedia : largestCommand))
      throw new Error(`a message of ${length} bytes`);
    if (this.inPackets.size > mostChunkStreams) throw new Error('too many chunk streams');
    super.packetAlloc();
  }

  override controlHandler(): void {
    if (this.parserPacket.header.length < 4) throw new Error('a control message that is too short');
    super.controlHandler();
    if (this.inChunkSize < 1 || this.inChunkSize > 2 ** 31) throw new Error(`chunks of ${this.inChunkSize} bytes`);
  }

  override invokeHandler(): void {
    const { type, length } = this.parserPacket.header;
    const message = amf.decodeAmf0Cmd(this.parserPacket.payload.subarray(type === amf3Command ? 1 : 0, length));
    switch (message.cmd) {
      case 'connect':
        this.#connect(message);
        break;
      case 'createStream':
        this.respondCreateStream(message.transId);
        break;
      case 'publish':
        this.#publishStream = this.parserPacket.header.stream_id;
        this.#events.onPublish(text(this.streamApp), text(message.streamName));
        break;
      case 'play':
      case 'play2':
        this.#publishStream = this.parserPacket.header.stream_id;
        this.#events.onPlay();
        break;
      case 'FCUnpublish':
      case 'deleteStream':
      case 'closeStream':
        this.#events.onUnpublish();
        break;
    }
  }

  override dataHandler(): void {
    const { header, payload, clock } = this.parserPacket;
    if (header.type !== audio && header.type !== video) return;
    if (header.length === 0) return;
    this.#events.onMedia(header.type === audio ? 'audio' : 'video', clock, payload.subarray(0, header.length));
  }

  #connect({ cmdObj, transId }: Invoke): void {
    const asked = (typeof cmdObj === 'object' && cmdObj !== null ? cmdObj : {}) as Record<string, unknown>;
    // "live/" and "live?x=y" mean "live".
    this.streamApp = text(asked.app).replace(/[/?].*$/s, '');
    this.objectEncoding = typeof asked.objectEncoding === 'number' ? asked.objectEncoding : 0;
    this.sendWindowACK(windowBytes);
    this.setPeerBandwidth(windowBytes, 2);
    this.setChunkSize(this.outChunkSize);
    this.respondConnect(transId);
  }
}
