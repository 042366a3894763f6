// What the viewer's own stakes stand for, and what the escrow has paid for them.
import type { AddressStakes, PredictionView } from '../../vocabulary/predictions.js';
import { money, type Unit } from '../shared/money.js';
import type { Acts } from './acts.js';
import { brings } from './stakes.js';
import type { WatchState } from './state.js';

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);

/** Before it is paid. */
function standing(view: PredictionView, by: readonly bigint[], unit: Unit): string {
  const { winner, refunds, state } = view;
  const all = money(sum(by), unit);
  const totals = view.totals.map(BigInt);
  if (refunds) return `Your ${all} come back to you.`;
  if (winner !== null) {
    const right = by[winner] ?? 0n;
    if (right === 0n) return `If it stands, your ${all} go to those who were right.`;
    const back = money(brings(right, winner, totals, view.feeBps), unit, { max: 4 });
    return state === 'resolved' ? `If it stands, you get ${back}.` : `You get ${back}.`;
  }
  const ways = by.flatMap((amount, i) =>
    amount > 0n
      ? [`${money(brings(amount, i, totals, view.feeBps), unit, { max: 4 })} if it is “${view.options[i]}”`]
      : [],
  );
  return `You staked ${all}. As things stand you get ${ways.join(', or ')}.`;
}

/** Once the escrow has paid. */
function paidText({ refunds }: PredictionView, amount: bigint, staked: bigint, unit: Unit): string {
  const [got, of] = [money(amount, unit), money(staked, unit)];
  if (amount === 0n) return `You were not right: your ${of} went to those who were.`;
  if (refunds) return `Your ${got} came back to you.`;
  return amount > staked
    ? `You won: ${got} were paid to you, ${money(amount - staked, unit)} more than you staked.`
    : `You were right with a part: ${got} of the ${of} you staked were paid to you.`;
}

/** What was won lies at the page's address: into the balance, or out. */
function AtAddress({ state, acts }: { state: WatchState; acts: Acts }) {
  const unit = state.info?.terms.token;
  if (!unit || state.lying === 0n || state.cashOut) return null;
  return (
    <>
      <p class="hint">{money(state.lying, unit)} are at this page’s own address. Stakes are made of that first.</p>
      <div class="row wrap">
        <button type="button" class="main" data-testid="won-put-in" disabled={state.busy !== null} onClick={acts.putIn}>
          {state.busy === 'topup' ? 'Adding…' : 'Add to your balance'}
        </button>
        <button type="button" class="quiet" data-testid="won-take-out" onClick={() => acts.show('out')}>
          Take it out
        </button>
      </div>
    </>
  );
}

export function Mine(needs: {
  state: WatchState;
  acts: Acts;
  view: PredictionView;
  mine: AddressStakes;
  by: readonly bigint[];
}) {
  const { state, acts, view, mine, by } = needs;
  const unit = state.info?.terms.token ?? { symbol: '', decimals: 18 };
  const { payout } = mine;
  const coming = mine.stakes.some((one) => one.state === 'wanted');
  if (sum(by) === 0n && !payout) return null;
  const amount = BigInt(payout?.amount ?? '0');
  const won = payout?.paid === true && amount > 0n;
  return (
    <div class={won ? 'buying own won' : 'buying own'} data-testid="prediction-mine" role="status">
      <p>
        {payout ? paidText(view, amount, sum(by), unit) : standing(view, by, unit)}
        {coming && ' A stake is still on its way to the escrow; it goes on by itself.'}
        {payout?.paid === false && ' The token refused a payment: anyone can send it again from the escrow.'}
      </p>
      {payout && won && (
        <p class="hint">
          Paid on chain at <time>{new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(payout.at)}</time>,
          to this page’s address.
        </p>
      )}
      {payout && <AtAddress state={state} acts={acts} />}
      {payout && (
        <button type="button" class="quiet" data-testid="prediction-done" onClick={() => acts.doneWith(view)}>
          Done
        </button>
      )}
    </div>
  );
}
