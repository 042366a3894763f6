// What the processes of the fan-out benchmark say to each other, and what they share.
export type Kind = 'dtok' | 'ws';

/** To a server: send an event of this id, or say what you use. */
export type Ask = { say: string } | 'state';
/** `at`: when it was on disk and went out, in ns of the machine's steady clock; CPU in µs, memory in bytes. */
export type Told = { port: number } | { at: number } | { cpu: number; memory: number };

/** To a crowd: open so many sockets, or wait until all of them have an event. */
export type Wish = { port: number; kind: Kind; count: number } | { await: string };
/** `times`: when it came to each socket, as above. */
export type Heard = 'ready' | { times: number[] };

export const stream = 'main';
export const token = 'overlay-main';
export const nanos = (): number => Number(process.hrtime.bigint());
