// The sponsor's line to the server: connects out, proves its key, and answers for as long as it is up.
import { io, type Socket } from 'socket.io-client';
import { signForDigest } from '../payments/sponsor-data.js';
import { sign } from '../payments/typed-data.js';
import {
  type ServerToSponsor,
  type SignForAnswer,
  type SponsorToServer,
  sponsorSocketPath,
} from '../vocabulary/sponsor.js';
import { Bytes32, type Hex } from '../vocabulary/values.js';
import type { Place } from './book.js';
import type { Signer } from './signer.js';

/** Connects, and again whenever the line is lost, until closed; returns its closing. */
export function openLine(needs: {
  key: Hex;
  channel: Hex;
  place: Place;
  answer: Signer;
  onUp: () => void;
  onDown: (reason: string) => void;
}): () => void {
  const { key, channel, place } = needs;
  const socket: Socket<ServerToSponsor, SponsorToServer> = io(place.server, {
    path: sponsorSocketPath,
    transports: ['websocket', 'polling'],
    reconnectionDelay: 200,
    reconnectionDelayMax: 2000,
  });
  socket.on('challenge', (raw) => {
    const challenge = Bytes32.safeParse(raw);
    if (!challenge.success) return;
    const signature = sign(signForDigest(channel, challenge.data, place.domain), key);
    socket.emit('signFor', { channel, signature }, (answer: SignForAnswer) => {
      if (answer.ok) needs.onUp();
      else needs.onDown(answer.detail);
    });
  });
  socket.on('sign', (request, reply) => {
    if (typeof reply === 'function') reply(needs.answer(request));
  });
  socket.on('disconnect', (reason) => needs.onDown(reason));
  return () => void socket.close();
}
