// The chat accounts that are linked to this browser's purse, what each may spend of it, and how that ends.
import { money } from '../shared/money.js';
import type { Desk } from './desk.js';
import { type ChatState, type Linked, platforms } from './state.js';

type Needs = { state: ChatState; desk: Desk };

function Share({ state, desk, one }: Needs & { one: Linked }) {
  if (!state.terms) return null;
  if (!one.channel) return <p class="dim">One person with this browser. Each pays from its own.</p>;
  const say = (amount: string | bigint): string =>
    money(BigInt(amount), state.terms?.token ?? { symbol: '', decimals: 18 });
  const [limit, spent, unsigned] = [BigInt(one.limit), BigInt(one.spent), BigInt(one.left) - BigInt(one.signed)];
  const part = limit > 0n ? Number((spent * 1000n) / limit) / 10 : 0;
  return (
    <>
      <p>
        May spend <b>{say(limit)}</b> of this purse: <span data-testid="chat-spent">{say(spent)}</span> spent,{' '}
        <span data-testid="chat-left">{say(one.left)}</span> left.
      </p>
      <div class="meter" aria-hidden="true">
        <i style={{ width: `${part}%` }} />
      </div>
      {unsigned > 0n && (
        <div class="row wrap">
          <p class="dim">{say(unsigned)} of that is not signed for: chat cannot spend it.</p>
          <button
            type="button"
            class="quiet"
            data-testid="sign"
            disabled={state.busy !== null}
            onClick={() => desk.signFor(one)}
          >
            Sign for it
          </button>
        </div>
      )}
    </>
  );
}

export function LinkedChats({ state, desk }: Needs) {
  if (!state.linked || state.linked.length === 0) return null;
  return (
    <section class="card" data-testid="linked">
      <h2>Linked to this browser’s purse</h2>
      <ul class="linked">
        {state.linked.map((one) => (
          <li key={`${one.platform}:${one.user}`} data-testid="linked-account">
            <div class="row">
              <p class="grow">
                <b dir="auto">{one.name || `Account ${one.user}`}</b> <span class="dim">{platforms[one.platform]}</span>
              </p>
              <button
                type="button"
                class="quiet"
                data-testid="unlink"
                disabled={state.busy !== null}
                onClick={() => desk.unlink(one)}
              >
                Unlink
              </button>
            </div>
            <Share state={state} desk={desk} one={one} />
          </li>
        ))}
      </ul>
      <p class="dim">
        To change a limit, write <code>/link</code> in chat again and use the new code.
      </p>
    </section>
  );
}
