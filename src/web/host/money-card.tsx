// What the stream has earned, and the button that brings it home.
import type { HostStream } from '../../vocabulary/streams.js';
import { money } from '../shared/money.js';
import type { Desk } from './desk.js';

function Figure({ name, value, testid }: { name: string; value: string; testid: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-testid={testid}>{value}</dd>
    </div>
  );
}

export function MoneyCard({ shown, desk, busy }: { shown: HostStream; desk: Desk; busy: string | null }) {
  const { token } = shown.info.terms;
  const { watched, tipped, unclaimed, settled } = shown.earnings;
  const total = money(BigInt(watched) + BigInt(tipped), token, { min: 4, max: 4 });
  const say = (amount: string) => money(BigInt(amount), token, { max: 4 });
  return (
    <section class="card earned">
      <h2>Earned</h2>
      <p class={total.length > 14 ? 'figure total long' : 'figure total'} data-testid="earned">
        {total}
      </p>
      <dl>
        <Figure name="Watched" value={say(watched)} testid="earned-watched" />
        <Figure name="Tips and votes" value={say(tipped)} testid="earned-tipped" />
        <Figure name="Not yet claimed" value={say(unclaimed)} testid="earned-unclaimed" />
        <Figure name="Paid out" value={say(settled)} testid="earned-settled" />
        <Figure
          name="At your address"
          value={shown.hostBalance === null ? 'chain away' : say(shown.hostBalance)}
          testid="host-balance"
        />
      </dl>
      <div class="row wrap">
        <button
          type="button"
          class="main"
          data-testid="settle"
          disabled={busy !== null}
          onClick={() => desk.settle(false)}
        >
          {busy === 'settle' ? 'Settling…' : 'Settle now'}
        </button>
        <button
          type="button"
          class="quiet"
          data-testid="settle-refund"
          disabled={busy !== null}
          onClick={() => {
            if (confirm('Pay out, and give every unspent rest back? Watch links and channels will be empty.'))
              void desk.settle(true);
          }}
        >
          Settle and give back the rest
        </button>
      </div>
    </section>
  );
}
