// Watch links: make one or ten thousand, hand them out once.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { HostStream } from '../../vocabulary/streams.js';
import { parseAmount } from '../shared/money.js';
import { Copy } from '../shared/parts.js';
import type { Desk } from './desk.js';
import { linksCsv, type MadeLink, mostLinks, namesIn, numbered } from './links.js';
import { LinksTable } from './links-table.js';
import type { HostState } from './state.js';

const lasts: Record<string, number | null> = {
  'for ever': null,
  '1 hour': 3_600_000,
  '6 hours': 21_600_000,
  '1 day': 86_400_000,
  '7 days': 604_800_000,
  '30 days': 2_592_000_000,
};

function Maker({ shown, desk, busy }: { shown: HostStream; desk: Desk; busy: string | null }) {
  const { decimals, symbol } = shown.info.terms.token;
  const [count, setCount] = useState('1');
  const [credit, setCredit] = useState('1');
  const [label, setLabel] = useState('');
  const [last, setLast] = useState('for ever');
  const [people, setPeople] = useState('');
  const limit = parseAmount(credit, decimals);
  const names = namesIn(people);
  const many = names.length || (/^\d{1,5}$/.test(count) ? Number(count) : 0);
  const ready = limit !== null && limit > 0n && many > 0 && many <= mostLinks;
  const make = (event: Event) => {
    event.preventDefault();
    if (limit === null || !ready) return;
    const once = names.length > 0;
    const labels = once ? names : numbered(many, label.trim());
    void desk.makeLinks({ labels, limit, lastsMs: lasts[last] ?? null, once });
  };
  return (
    <form class="maker" onSubmit={make}>
      <label>
        How many
        <input
          inputMode="numeric"
          value={names.length > 0 ? `${names.length}` : count}
          disabled={names.length > 0}
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
          disabled={names.length > 0}
          placeholder="who they are for"
          data-testid="link-label"
          onInput={(event) => setLabel(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="main" data-testid="link-make" disabled={!ready || busy !== null}>
        {busy === 'links' ? 'Making…' : many > 1 ? `Make ${many} links` : 'Make a link'}
      </button>
      <details class="people">
        <summary>An end, or one link for each name</summary>
        <label>
          They pay
          <select value={last} data-testid="link-lasts" onChange={(event) => setLast(event.currentTarget.value)}>
            {Object.keys(lasts).map((text) => (
              <option key={text}>{text}</option>
            ))}
          </select>
        </label>
        <label>
          Names, one a line: nobody gets a second link
          <textarea
            rows={4}
            value={people}
            data-testid="link-names"
            onInput={(event) => setPeople(event.currentTarget.value)}
          />
        </label>
      </details>
    </form>
  );
}

export function Qr({ url }: { url: string }) {
  const [image, setImage] = useState('');
  useEffect(() => {
    import('qrcode')
      .then(({ default: qrcode }) => qrcode.toDataURL(url, { margin: 2, width: 264 }))
      .then(setImage, () => {});
  }, [url]);
  return image ? <img class="qr" src={image} width="132" height="132" alt="The link as a QR code" /> : null;
}

function Made({ links, credit, desk }: { links: readonly MadeLink[]; credit: string; desk: Desk }) {
  const csv = useMemo(
    () => URL.createObjectURL(new Blob([linksCsv(links, credit)], { type: 'text/csv' })),
    [links, credit],
  );
  useEffect(() => () => URL.revokeObjectURL(csv), [csv]);
  const [shown, setShown] = useState(links[0]?.url ?? '');
  return (
    <div class="made" data-testid="made-links">
      <p>
        <b>Copy these now.</b> The keys were made in this page and are kept nowhere: once closed, they cannot be shown
        again.
      </p>
      <div class="row wrap">
        {links.length <= 1000 && (
          <Copy text={links.map((link) => link.url).join('\n')} label={links.length > 1 ? 'Copy all' : 'Copy link'} />
        )}
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

export function LinksCard({ state, shown, desk }: { state: HostState; shown: HostStream; desk: Desk }) {
  const { made, busy, unfunded } = state;
  return (
    <section class="card links">
      <h2>Watch links</h2>
      <p class="dim">
        Each link carries its own credit. Whoever opens it watches at once; what it does not spend stays with you.
      </p>
      <Maker shown={shown} desk={desk} busy={busy} />
      {unfunded && (
        <div class="row wrap warn" role="alert" data-testid="unfunded">
          <p>{unfunded.text}</p>
          <Copy text={unfunded.sponsor} label="Copy address" />
        </div>
      )}
      {made && <Made key={made.links[0]?.signer} links={made.links} credit={made.credit} desk={desk} />}
      <LinksTable state={state} shown={shown} desk={desk} />
    </section>
  );
}
