// The server's clock, as this page knows it: proofs are dated by it, whatever the device thinks.

export interface Clock {
  now(): number;
  /** Takes over a time the server has just told. */
  sync(serverTime: number): void;
}

export function createClock(local: () => number = Date.now): Clock {
  let offset = 0;
  return {
    now: () => Math.round(local() + offset),
    sync(serverTime) {
      offset = serverTime - local();
    },
  };
}
