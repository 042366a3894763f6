// Puts RTP packets in their order again, and waits a moment for those that are missing. Pure.
import type { Packet } from './pictures.js';

export interface OrderNeeds {
  /** How long a missing packet is waited for, ms. */
  waitMs: number;
  onPacket: (packet: Packet) => void;
  /** What is missing here does not come any more. */
  onLoss: () => void;
}

/** Sequence numbers that are this far apart belong to no gap: the sender began anew. */
const farApart = 2000;
/** At most so many are asked for at once. */
const mostMissing = 200;

export type Order = ReturnType<typeof createOrder>;

export function createOrder({ waitMs, onPacket, onLoss }: OrderNeeds) {
  const waiting = new Map<number, { packet: Packet; at: number }>();
  /** Both counted on past 16 bits. */
  let next: number | null = null;
  let highest = 0;

  function drain(from: number): void {
    let n = from;
    for (let found = waiting.get(n); found; found = waiting.get(n)) {
      waiting.delete(n);
      n += 1;
      onPacket(found.packet);
    }
    next = n;
  }

  function begin(sequence: number): number {
    if (next !== null) onLoss();
    waiting.clear();
    next = sequence;
    highest = sequence;
    return sequence;
  }

  /** The number counted on, by the nearest way from the highest so far. */
  function numberOf(sequence: number): number {
    if (next === null) return begin(sequence);
    const ahead = ((sequence - highest + 0x8000) & 0xffff) - 0x8000;
    return Math.abs(ahead) > farApart ? begin(sequence) : highest + ahead;
  }

  return {
    push(packet: Packet, now: number): void {
      const number = numberOf(packet.sequence);
      if (next === null || number < next) return;
      highest = Math.max(highest, number);
      waiting.set(number, { packet, at: now });
      if (number === next) drain(number);
    },
    /** To be called again and again: gives up what was waited for too long. */
    tick(now: number): void {
      while (waiting.size > 0) {
        const first = Math.min(...waiting.keys());
        if (now - (waiting.get(first)?.at ?? now) <= waitMs) return;
        onLoss();
        drain(first);
      }
    },
    /** Numbers, in 16 bits, of packets that others have overtaken. */
    missing(): number[] {
      const found: number[] = [];
      if (waiting.size === 0 || next === null) return found;
      for (let n = next; n < highest && found.length < mostMissing; n++) if (!waiting.has(n)) found.push(n & 0xffff);
      return found;
    },
  };
}
