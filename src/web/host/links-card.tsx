// Watch links: make them, hand them out once, see what each has spent, put more in.
import { useEffect, useState } from 'preact/hooks';
import type { HostStream, WatchLink } from '../../vocabulary/api.js';
import { money, parseAmount } from '../shared/money.js';
import { Copy } from '../shared/parts.js';
import type { Desk } from './desk.js';
import { linksCsv, type MadeLink } from './links.js';
import type { HostState } from './state.js';

function Maker({ shown, desk, busy }: { shown: HostStream; desk: Desk; busy: string | null }) {
  const { decimals, symbol } = shown.info.terms.token;
  const [count, setCount] = useState('1');
  const [credit, setCredit] = useState('1');
  const [label, setLabel] = useState('');
  const limit = parseAmount(credit, decimals);
  const many = /^\d{1,4}$/.test(count) ? Number(count) : 0;
  const ready = limit !== null && limit > 0n && many > 0 && many <= 1000;
  const make = (event: Event) => {
    event.preventDefault();
    if (limit !== null && ready) void desk.makeLinks(many, limit, label.trim());
  };
  return (
    <form class="maker" onSubmit={make}>
      <label>
        How many
        <input
          inputMode="numeric"
          value={count}
          data-testid="link-count"
          onInput={(event) => setCount(event.currentTarget.value)}
        />
      </label>
      <label>
        Credit each ({symbol})
        <input
          inputMode="decimal"
          value={credit}
          data-testid="link-credit"
          onInput={(event) => setCredit(event.currentTarget.value)}
        />
      </label>
      <label>
        Label
        <input
          value={label}
          maxLength={70}
          placeholder="who they are for"
          data-testid="link-label"
          onInput={(event) => setLabel(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="main" data-testid="link-make" disabled={!ready || busy !== null}>
        {busy === 'links' ? 'Making…' : many > 1 ? `Make ${many} links` : 'Make a link'}
      </button>
    </form>
  );
}

function Qr({ url }: { url: string }) {
  const [image, setImage] = useState('');
  useEffect(() => {
    import('qrcode')
      .then(({ default: qrcode }) => qrcode.toDataURL(url, { margin: 2, width: 264 }))
      .then(setImage, () => {});
  }, [url]);
  return image ? <img class="qr" src={image} width="132" height="132" alt="The link as a QR code" /> : null;
}

function Made({ links, credit, desk }: { links: readonly MadeLink[]; credit: string; desk: Desk }) {
  const csv = URL.createObjectURL(new Blob([linksCsv(links, credit)], { type: 'text/csv' }));
  useEffect(() => () => URL.revokeObjectURL(csv), [csv]);
  const [shown, setShown] = useState(links[0]?.url ?? '');
  return (
    <div class="made" data-testid="made-links">
      <p>
        <b>Copy these now.</b> The keys were made in this page and are kept nowhere: once closed, they cannot be shown
        again.
      </p>
      <div class="row wrap">
        <Copy text={links.map((link) => link.url).join('\n')} label={links.length > 1 ? 'Copy all' : 'Copy link'} />
        <a class="button" href={csv} download="watch-links.csv" data-testid="links-csv">
          Download CSV
        </a>
        <button type="button" class="quiet" onClick={desk.closeMade}>
          Done
        </button>
      </div>
      <div class="sheet">
        <Qr url={shown} />
        <ul>
          {links.slice(0, 100).map((link) => (
            <li key={link.signer}>
              <button type="button" class={link.url === shown ? 'on' : ''} onClick={() => setShown(link.url)}>
                {link.label || 'Link'}
              </button>
              <code data-testid="made-link">{link.url}</code>
            </li>
          ))}
        </ul>
      </div>
      {links.length > 100 && <p class="dim">The first 100 are shown; all {links.length} are in the CSV.</p>}
    </div>
  );
}

function Row({ link, shown, desk, busy }: { link: WatchLink; shown: HostStream; desk: Desk; busy: string | null }) {
  const { token } = shown.info.terms;
  const [amount, setAmount] = useState<string | null>(null);
  const value = amount === null ? null : parseAmount(amount, token.decimals);
  const used = link.limit === '0' ? 0 : Number((BigInt(link.spent) * 1000n) / BigInt(link.limit)) / 1000;
  const say = (text: string) => money(BigInt(text), token, { max: 4 });
  return (
    <tr data-testid="link-row">
      <td>
        {link.label || <span class="dim">{link.signer.slice(0, 10)}…</span>}
        <i class="used" aria-hidden="true" style={{ transform: `scaleX(${used})` }} />
      </td>
      <td data-testid="link-spent">{say(link.spent)}</td>
      <td data-testid="link-limit">{say(link.limit)}</td>
      <td>
        {amount === null ? (
          <button type="button" class="quiet" data-testid="link-topup" onClick={() => setAmount('1')}>
            Top up
          </button>
        ) : (
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
        )}
      </td>
    </tr>
  );
}

export function LinksCard({ state, shown, desk }: { state: HostState; shown: HostStream; desk: Desk }) {
  const { links, made, busy } = state;
  const newest = [...links].sort((a, b) => b.createdAt - a.createdAt).slice(0, 200);
  return (
    <section class="card links">
      <h2>Watch links</h2>
      <p class="dim">
        Each link carries its own credit. Whoever opens it watches at once; what it does not spend stays with you.
      </p>
      <Maker shown={shown} desk={desk} busy={busy} />
      {made && <Made links={made.links} credit={made.credit} desk={desk} />}
      {newest.length > 0 && (
        <div class="scroll">
          <table data-testid="links">
            <thead>
              <tr>
                <th scope="col">Link</th>
                <th scope="col">Spent</th>
                <th scope="col">Credit</th>
                <th scope="col">
                  <span class="dim">More</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {newest.map((link) => (
                <Row key={link.id} link={link} shown={shown} desk={desk} busy={busy} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
