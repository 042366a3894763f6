// One WebRTC connection that only receives, by werift: an offer in, an answer out, then packets. Nothing else knows werift.
import type { RTCDtlsTransport, RTCPeerConnection, RTCRtpTransceiver, RtcpSrPacket } from 'werift';
import type { Packet } from './pictures.js';

type PeerConfiguration = ConstructorParameters<typeof RTCPeerConnection>[0];
export type Kind = 'audio' | 'video';

export interface IceSettings {
  /** The first and the last UDP port; null: any that is free. */
  ports: [number, number] | null;
  /** Such as `stun:stun.example.org:3478`. */
  stun: string | null;
}

export interface PeerNeeds extends IceSettings {
  /** SDP. */
  offer: string;
  onPacket: (kind: Kind, packet: Packet) => void;
  /** A sender report. */
  onReport: (kind: Kind, ntp: bigint, timestamp: number) => void;
  /** The other side is gone, or said that it goes. */
  onGone: () => void;
}

export interface Peer {
  /** SDP. */
  answer: string;
  addCandidate(candidate: string, mid: string): void;
  askKeyframe(): void;
  /** Tells a browser that it may send good pictures: it begins with bad ones, and goes by what it hears of loss. */
  allow(): void;
  /** Asks for pictures' packets again, by their numbers. */
  askAgain(missing: number[]): void;
  close(): void;
}

const gone = new Set(['closed', 'failed']);
/** Types of RTCP packets (RFC 3550, 6.4.1) and of DTLS records (RFC 6347, 4.3.1), and what an alert says (RFC 5246, 7.2). */
const senderReport = 200;
const alert = 21;
const closeNotify = Buffer.from([1, 0]);
/** 8 Mbit/s, as mantissa and exponent. */
const mostBits = { brMantissa: 250_000, brExp: 5 };

/** It is large, and most who run dTok never need it. */
const load = () => import('werift');
type Werift = Awaited<ReturnType<typeof load>>;

function configOf(werift: Werift, { ports, stun }: IceSettings): PeerConfiguration {
  const { useNACK, usePLI, useREMB, useSdesMid } = werift;
  const extensions = [useSdesMid()];
  return {
    codecs: {
      video: [werift.useH264({ rtcpFeedback: [useNACK(), usePLI(), useREMB()] })],
      audio: [werift.useOPUS()],
    },
    headerExtensions: { video: extensions, audio: extensions },
    iceServers: stun ? [{ urls: stun }] : [],
    // An encoder on this machine, whatever its network is.
    iceAdditionalHostAddresses: ['127.0.0.1'],
    ...(ports ? { icePortRange: ports } : {}),
    bundlePolicy: 'max-bundle',
  };
}

/** Tells the other side that it is over (DTLS close_notify), which werift does not: else it finds out after half a minute. */
async function sayGoodbye({ dtls }: RTCDtlsTransport): Promise<void> {
  if (!dtls?.connected) return;
  const encrypt = dtls.cipher.encryptPacket.bind(dtls.cipher);
  dtls.cipher.encryptPacket = (packet) => {
    packet.recordLayerHeader.contentType = alert;
    return encrypt(packet);
  };
  await dtls.send(closeNotify);
}

function hear(transceiver: RTCRtpTransceiver, needs: PeerNeeds): void {
  const { receiver } = transceiver;
  const kind = transceiver.kind === 'video' ? 'video' : 'audio';
  // We ask again ourselves: its own asking stops for minutes when the last number of a round is lost.
  (receiver as unknown as { nack: { close(): void } }).nack.close();
  transceiver.onTrack.subscribe((track) =>
    track.onReceiveRtp.subscribe(({ header, payload }) => {
      const { sequenceNumber: sequence, timestamp, marker } = header;
      needs.onPacket(kind, { sequence, timestamp, marker, payload });
    }),
  );
  receiver.onRtcp.subscribe((packet) => {
    if (packet.type !== senderReport) return;
    const { ntpTimestamp, rtpTimestamp } = (packet as RtcpSrPacket).senderInfo;
    needs.onReport(kind, ntpTimestamp, rtpTimestamp);
  });
}

/** Rejects when the offer is none that can be answered. Then nothing is left of it. */
export async function openPeer(needs: PeerNeeds): Promise<Peer> {
  const werift = await load();
  const peer = new werift.RTCPeerConnection(configOf(werift, needs));
  peer.onRemoteTransceiverAdded.subscribe((transceiver) => hear(transceiver, needs));
  peer.connectionStateChange.subscribe((state) => {
    if (gone.has(state)) needs.onGone();
  });
  try {
    await peer.setRemoteDescription({ type: 'offer', sdp: needs.offer });
    // werift opens the DTLS connection if it may: as the one who waits it is slower, and lost where packets come twice.
    if (/^a=setup:active/m.test(needs.offer)) for (const transport of peer.dtlsTransports) transport.role = 'server';
    await peer.setLocalDescription(await peer.createAnswer());
  } catch (error) {
    await peer.close();
    throw error;
  }
  return withTracks(werift, peer);
}

function withTracks(werift: Werift, peer: RTCPeerConnection): Peer {
  const pictures = () => peer.getTransceivers().find(({ kind }) => kind === 'video')?.receiver;
  const ssrc = (): number | undefined => pictures()?.track.ssrc;
  const ignore = (): void => {};
  return {
    answer: peer.localDescription?.sdp ?? '',
    // What it cannot use is passed over (RFC 9725, 4.3.1).
    addCandidate: (candidate, sdpMid) => void peer.addIceCandidate({ candidate, sdpMid }).catch(ignore),
    askKeyframe(): void {
      const source = ssrc();
      if (source !== undefined) pictures()?.sendRtcpPLI(source).catch(ignore);
    },
    allow(): void {
      const [receiver, source] = [pictures(), ssrc()];
      if (!receiver || source === undefined) return;
      const whom = { senderSsrc: receiver.rtcpSsrc, mediaSsrc: 0, ssrcNum: 1, ssrcFeedbacks: [source] };
      const feedback = new werift.ReceiverEstimatedMaxBitrate({ ...whom, ...mostBits });
      receiver.dtlsTransport.sendRtcp([new werift.RtcpPayloadSpecificFeedback({ feedback })]).catch(ignore);
    },
    askAgain(lost): void {
      const [receiver, mediaSourceSsrc] = [pictures(), ssrc()];
      if (!receiver || mediaSourceSsrc === undefined || lost.length === 0) return;
      const feedback = new werift.GenericNack({ senderSsrc: receiver.rtcpSsrc, mediaSourceSsrc, lost });
      receiver.dtlsTransport.sendRtcp([new werift.RtcpTransportLayerFeedback({ feedback })]).catch(ignore);
    },
    close(): void {
      const [transport] = peer.dtlsTransports;
      const goodbye = transport ? sayGoodbye(transport) : Promise.resolve();
      goodbye.catch(ignore).finally(() => peer.close().catch(ignore));
    },
  };
}
