// The two steps out that need nobody's consent, with words about when the money comes.
import type { ChannelInfo } from '../../vocabulary/channels.js';
import { money } from '../shared/money.js';
import { type Acts, short } from './acts.js';
import { delay, moment } from './moment.js';
import { isMine } from './own.js';
import type { WatchState } from './state.js';
import { Wallets, WalletTrouble } from './wallets.js';

type Needs = { state: WatchState; acts: Acts };

function Leaving({ state, acts, channel }: Needs & { channel: ChannelInfo }) {
  const token = state.info?.terms.token;
  if (!token) return null;
  const { withdrawableAt, withdrawing, config } = channel;
  const begun = withdrawableAt !== null;
  const ready = begun && withdrawableAt <= Date.now();
  return (
    <div class="holding tall" data-testid="leaving">
      <p data-testid="leaving-words">
        {!begun &&
          `Step 1 asks the chain for your ${money(BigInt(channel.balance) - BigInt(channel.claimed), token)}. The host then has ${delay(config.withdrawDelay)} to claim what you have watched, and you come back for step 2.`}
        {begun &&
          !ready &&
          `${money(BigInt(withdrawing), token)} can be fetched ${moment(withdrawableAt)}, less what you had watched.`}
        {ready && `The time is over: ${money(BigInt(withdrawing), token)} can be fetched now.`}
      </p>
      {!isMine(state, channel) && (
        <p class="dim">Choose the wallet that paid, {short(config.payer)}. It pays a little gas.</p>
      )}
      {isMine(state, channel) && (
        <p class="dim" data-testid="leaving-mine">
          The chain takes this only from the account {short(config.payer)}, and this page has no gas. Bring its key into
          a wallet (“Keep safe”, private key), send that account a little gas, and choose it here.
        </p>
      )}
      <Wallets state={state} onPick={(wallet) => acts.leave(wallet, channel.id)} />
      {state.wallets.length === 0 && <p class="dim">No wallet was found in this browser.</p>}
      <WalletTrouble state={state} />
    </div>
  );
}

export function Alone({ state, acts }: Needs) {
  const channels = state.channels.filter(({ balance, claimed }) => BigInt(balance) > BigInt(claimed));
  if (channels.length === 0) return null;
  const begun = channels.some(({ withdrawableAt }) => withdrawableAt !== null);
  return (
    <details open={begun}>
      <summary data-testid="alone">If the server does not pay out</summary>
      <p class="dim">
        Nobody can keep your money: the chain gives it back on your word alone. It takes two steps and some time.
      </p>
      {channels.map((channel) => (
        <Leaving key={channel.id} state={state} acts={acts} channel={channel} />
      ))}
    </details>
  );
}
