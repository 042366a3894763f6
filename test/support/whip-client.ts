// A WHIP client by hand: the WebRTC library that OBS has (libdatachannel), fed by a real encoder (ffmpeg, by RTP).
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Audio, PeerConnection, RtcpNackResponder, type Track, Video } from 'node-datachannel';

const [pictureSsrc, soundSsrc] = [1001, 1002];
const [pictureType, soundType] = [96, 111];

/** Flashes white, and beeps, for the first tenth of every second. */
const flashes = [
  ...['-re', '-f', 'lavfi', '-i', "color=black:s=320x180:r=30,drawbox=t=fill:color=white:enable='lt(mod(t,1),0.1)'"],
  ...['-re', '-f', 'lavfi', '-i', "aevalsrc='if(lt(mod(t,1),0.1),sin(2*PI*1000*t),0)':s=48000"],
];
const picture = [
  ...['-map', '0:v', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-bf', '0', '-g', '30'],
  ...['-sc_threshold', '0', '-payload_type', `${pictureType}`, '-ssrc', `${pictureSsrc}`, '-f', 'rtp'],
];
const sound = [
  ...['-map', '1:a', '-c:a', 'libopus', '-payload_type', `${soundType}`, '-ssrc', `${soundSsrc}`, '-f', 'rtp'],
];

/** Where the encoder's RTP comes in. */
async function inlet(track: Track): Promise<Socket> {
  const socket = createSocket('udp4', (packet) => track.isOpen() && track.sendMessageBinary(packet));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

function addTracks(peer: PeerConnection): { video: Track; audio: Track } {
  const audio = new Audio('0', 'SendOnly');
  audio.addOpusCodec(soundType);
  audio.addSSRC(soundSsrc, 'test', 'test', 'test-audio');
  const video = new Video('1', 'SendOnly');
  video.addH264Codec(pictureType);
  video.addSSRC(pictureSsrc, 'test', 'test', 'test-video');
  const tracks = { audio: peer.addTrack(audio), video: peer.addTrack(video) };
  tracks.video.setMediaHandler(new RtcpNackResponder());
  return tracks;
}

async function offerOf(peer: PeerConnection): Promise<string> {
  const gathered = new Promise<void>((resolve) =>
    peer.onGatheringStateChange((state) => state === 'complete' && resolve()),
  );
  peer.setLocalDescription();
  await gathered;
  return peer.localDescription()?.sdp ?? '';
}

export type WhipClient = Awaited<ReturnType<typeof whipClient>>;

/** Its offer is ready; nothing is sent before `connect`. */
export async function whipClient() {
  const peer = new PeerConnection('test', { iceServers: [], disableAutoNegotiation: true });
  const states: string[] = [];
  peer.onStateChange((state) => states.push(state));
  const tracks = addTracks(peer);
  const offer = await offerOf(peer);
  const sockets = { video: await inlet(tracks.video), audio: await inlet(tracks.audio) };
  let encoder: ChildProcess | null = null;

  return {
    offer,
    /** What became of the connection, one after the other. */
    states,
    /** Begins to send, by the server's answer. */
    connect(answer: string): void {
      peer.setRemoteDescription(answer, 'answer');
      const to = (socket: Socket): string => `rtp://127.0.0.1:${socket.address().port}?pkt_size=1200`;
      const args = [...flashes, ...picture, to(sockets.video), ...sound, to(sockets.audio)];
      encoder = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    },
    /** Falls silent, as a machine that lost its line. */
    vanish: (): void => void encoder?.kill('SIGKILL'),
    close(): void {
      encoder?.kill('SIGKILL');
      for (const socket of Object.values(sockets)) socket.close();
      peer.close();
    },
  };
}
