// Which of the viewer's money is whose: of this page's key, or put in by a wallet. Pure.
import type { ChannelInfo } from '../../vocabulary/channels.js';
import { type Purse, room } from './purses.js';
import type { WatchState } from './state.js';

/** Own channels that still hold something. */
export const own = (state: WatchState): Purse[] =>
  state.purses.filter((purse) => purse.kind === 'channel' && room(purse) > 0n);

export const isMine = (state: WatchState, { config }: ChannelInfo): boolean => config.payer === state.me?.address;

/** What can be sent on: in own channels of this page's key, and at its address. */
export function sendable(state: WatchState): bigint {
  const mine = own(state).filter(({ id }) => state.channels.some((one) => one.id === id && isMine(state, one)));
  return mine.reduce((sum, purse) => sum + room(purse), state.lying);
}
