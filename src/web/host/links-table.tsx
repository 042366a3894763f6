// The table of watch links: found by search, a page at a time; what each spent, when it ends, more in, taken back.
import { useState } from 'preact/hooks';
import type { LinksQuery, WatchLink } from '../../vocabulary/links.js';
import type { HostStream } from '../../vocabulary/streams.js';
import { money, parseAmount } from '../shared/money.js';
import { span } from '../shared/time.js';
import type { Desk } from './desk.js';
import { pageSize } from './links.js';
import type { HostState } from './state.js';

interface RowNeeds {
  link: WatchLink;
  shown: HostStream;
  desk: Desk;
  busy: string | null;
}

const sorts: Record<LinksQuery['sort'], string> = {
  newest: 'newest first',
  spent: 'most spent',
  left: 'most left',
  label: 'by label',
};

function stateText(link: WatchLink, now: number): string {
  if (link.state === 'revoked') return 'revoked';
  if (link.state === 'expired') return 'expired';
  if (link.state === 'used_up') return 'used up';
  return link.expiresAt === null ? '' : `ends in ${span(link.expiresAt - now)}`;
}

function TopUp({ link, shown, desk, busy }: RowNeeds) {
  const { token } = shown.info.terms;
  const [amount, setAmount] = useState<string | null>(null);
  const value = amount === null ? null : parseAmount(amount, token.decimals);
  if (amount === null) {
    return (
      <button type="button" class="quiet" data-testid="link-topup" onClick={() => setAmount('1')}>
        Top up
      </button>
    );
  }
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (value) void desk.topUpLink(link.id, value).then(() => setAmount(null));
      }}
    >
      <input
        aria-label={`Amount in ${token.symbol}`}
        inputMode="decimal"
        value={amount}
        data-testid="link-topup-amount"
        onInput={(event) => setAmount(event.currentTarget.value)}
      />
      <button type="submit" class="main" data-testid="link-topup-send" disabled={!value || busy !== null}>
        Add
      </button>
    </form>
  );
}

/** Asks once more before it acts: what is revoked stays so. */
function Revoke({ text, sure, testid, act }: { text: string; sure: string; testid: string; act: () => void }) {
  const [asked, setAsked] = useState(false);
  return (
    <button
      type="button"
      class="quiet"
      data-testid={testid}
      onClick={() => (asked ? act() : setAsked(true))}
      onBlur={() => setAsked(false)}
    >
      {asked ? sure : text}
    </button>
  );
}

function Row({ link, shown, desk, busy }: RowNeeds) {
  const { token } = shown.info.terms;
  const used = link.limit === '0' ? 0 : Number((BigInt(link.spent) * 1000n) / BigInt(link.limit)) / 1000;
  const say = (text: string) => money(BigInt(text), token, { max: 4 });
  const state = stateText(link, shown.info.serverTime);
  const over = link.state === 'revoked' || link.state === 'expired';
  return (
    <tr data-testid="link-row" data-state={link.state}>
      <td>
        {link.label || <span class="dim">{link.signer.slice(0, 10)}…</span>}
        {state && <span class="dim link-state"> {state}</span>}
        <i class="used" aria-hidden="true" style={{ transform: `scaleX(${used})` }} />
      </td>
      <td class="sum" data-testid="link-spent">
        <small>spent </small>
        {say(link.spent)}
      </td>
      <td class="sum" data-testid="link-limit">
        <small>of </small>
        {say(link.limit)}
      </td>
      <td>
        {!over && (
          <div class="row">
            <TopUp link={link} shown={shown} desk={desk} busy={busy} />
            <Revoke
              text="Revoke"
              sure="Sure?"
              testid="link-revoke"
              act={() => void desk.revokeLinks({ links: [link.id] })}
            />
          </div>
        )}
      </td>
    </tr>
  );
}

function Finder({ state, desk }: { state: HostState; desk: Desk }) {
  const { query, links } = state;
  const total = links?.total ?? 0;
  return (
    <div class="row wrap finder">
      <input
        type="search"
        aria-label="Find links"
        placeholder="find by label or address"
        value={query.search}
        data-testid="link-search"
        onInput={(event) => desk.findLinks({ search: event.currentTarget.value, offset: 0 })}
      />
      <select
        aria-label="Order"
        value={query.sort}
        data-testid="link-sort"
        onChange={(event) => desk.findLinks({ sort: event.currentTarget.value as LinksQuery['sort'], offset: 0 })}
      >
        {Object.entries(sorts).map(([sort, text]) => (
          <option key={sort} value={sort}>
            {text}
          </option>
        ))}
      </select>
      {query.search.trim() && total > 0 && (
        <Revoke
          key={query.search}
          text={`Revoke all ${total} found`}
          sure="Revoke them for good?"
          testid="links-revoke-found"
          act={() => void desk.revokeLinks({ search: query.search.trim() })}
        />
      )}
    </div>
  );
}

function Pager({ state, desk }: { state: HostState; desk: Desk }) {
  const { query, links } = state;
  const total = links?.total ?? 0;
  const to = Math.min(total, query.offset + pageSize);
  if (total <= pageSize) return null;
  return (
    <p class="row pager">
      <button
        type="button"
        class="quiet"
        disabled={query.offset === 0}
        onClick={() => desk.findLinks({ offset: Math.max(0, query.offset - pageSize) })}
      >
        Before
      </button>
      <span class="dim" data-testid="link-page">
        {query.offset + 1} to {to} of {total}
      </span>
      <button
        type="button"
        class="quiet"
        data-testid="link-next"
        disabled={to >= total}
        onClick={() => desk.findLinks({ offset: query.offset + pageSize })}
      >
        Next
      </button>
    </p>
  );
}

export function LinksTable({ state, shown, desk }: { state: HostState; shown: HostStream; desk: Desk }) {
  const { links, query, busy } = state;
  if (!links || (links.total === 0 && !query.search)) return null;
  return (
    <>
      <Finder state={state} desk={desk} />
      <div class="scroll">
        <table data-testid="links">
          <thead>
            <tr>
              <th scope="col">Link</th>
              <th scope="col">Spent</th>
              <th scope="col">Credit</th>
              <th scope="col">
                <span class="unseen">Top up, revoke</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {links.links.map((link) => (
              <Row key={link.id} link={link} shown={shown} desk={desk} busy={busy} />
            ))}
          </tbody>
        </table>
      </div>
      {links.total === 0 && <p class="dim">No link is called so.</p>}
      <Pager state={state} desk={desk} />
    </>
  );
}
