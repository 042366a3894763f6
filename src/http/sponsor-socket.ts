// The socket on which sponsors in processes of their own sit: each proves its channel's key, and is then asked to sign.
import { randomBytes } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Logger } from '../log.js';
import { type AskSponsor, type Payments, recover, signForDigest } from '../payments/index.js';
import { Problem } from '../vocabulary/problems.js';
import {
  type ServerToSponsor,
  SignAnswer,
  SignFor,
  type SignForAnswer,
  type SponsorToServer,
  sponsorSocketPath,
} from '../vocabulary/sponsor.js';
import type { Hex } from '../vocabulary/values.js';

type Line = Socket<SponsorToServer, ServerToSponsor>;

/** How long a sponsor may take to sign: a key waits for it. */
const waitMs = 1000;
const proveMs = 10_000;

const askOver =
  (socket: Line): AskSponsor =>
  async ({ channel, atLeast, atMost, vouchers }) => {
    const answer = SignAnswer.parse(
      await socket.timeout(waitMs).emitWithAck('sign', {
        channel,
        atLeast: `${atLeast}`,
        atMost: `${atMost}`,
        vouchers: vouchers.map(({ signer, amount, signature }) => ({ signer, amount: `${amount}`, signature })),
      }),
    );
    if (!answer.ok) throw new Error(answer.reason);
    return { ...answer, total: BigInt(answer.total) };
  };

export function startSponsorSocket(needs: { http: HttpServer; payments: Payments; log: Logger }) {
  const { payments, log } = needs;
  const io = new Server<SponsorToServer, ServerToSponsor>(needs.http, {
    path: sponsorSocketPath,
    serveClient: false,
    maxHttpBufferSize: 16_384,
    pingInterval: 5000,
    pingTimeout: 5000,
  });

  /** Problems: bad_request, unknown_purse, not_sponsor. */
  function prove(raw: unknown, challenge: Hex): Hex {
    const proof = SignFor.safeParse(raw);
    if (!proof.success) throw new Problem('bad_request', { reason: 'the proof is not understood' });
    const { channel, signature } = proof.data;
    const purse = payments.ledger.purse(channel);
    if (purse?.kind !== 'channel') throw new Problem('unknown_purse');
    if (recover(signForDigest(channel, challenge, payments.domain), signature) !== purse.signer) {
      throw new Problem('not_sponsor');
    }
    return channel;
  }

  io.on('connection', (socket: Line) => {
    const challenge: Hex = `0x${randomBytes(32).toString('hex')}`;
    const strangers = setTimeout(() => socket.disconnect(true), proveMs);
    let detach = () => {};
    socket.on('disconnect', () => {
      clearTimeout(strangers);
      detach();
    });
    socket.on('signFor', (raw: unknown, reply: (answer: SignForAnswer) => void) => {
      if (typeof reply !== 'function') return;
      try {
        const channel = prove(raw, challenge);
        clearTimeout(strangers);
        detach();
        detach = payments.remoteSponsors.attach(channel, askOver(socket));
        reply({ ok: true });
      } catch (error) {
        if (!(error instanceof Problem)) log.error({ err: error }, 'a sponsor could not prove itself');
        const problem = error instanceof Problem ? error : new Problem('internal');
        reply({ ok: false, code: problem.code, detail: problem.message });
      }
    });
    socket.emit('challenge', challenge);
  });

  return {
    /** The port stays open: it is not ours. */
    stop: () => {
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}
