// Behind the links: what our channel holds beside what it promised, and who else sponsors this stream.

import type { SponsorState } from '../../vocabulary/links.js';
import type { HostStream } from '../../vocabulary/streams.js';
import { money } from '../shared/money.js';

function Facts({ sponsor, say }: { sponsor: SponsorState; say: (amount: string) => string }) {
  const left = BigInt(sponsor.balance) - BigInt(sponsor.spent);
  return (
    <>
      <dl>
        <div>
          <dt>In the channel</dt>
          <dd data-testid="sponsor-balance">{say(sponsor.balance)}</dd>
        </div>
        <div>
          <dt>Spent through links</dt>
          <dd>{say(sponsor.spent)}</dd>
        </div>
        <div>
          <dt>Promised to links</dt>
          <dd data-testid="sponsor-promised">{say(sponsor.promised)}</dd>
        </div>
      </dl>
      {sponsor.overcommitted && (
        <p class="warn" data-testid="overcommitted">
          More is promised than the {say(`${left}`)} that are left: links may find nothing before their credit is used.
        </p>
      )}
    </>
  );
}

export function Sponsors({ shown }: { shown: HostStream }) {
  const { sponsor, sponsors, info } = shown;
  if (!sponsor && sponsors.length === 0) return null;
  const say = (amount: string) => money(BigInt(amount), info.terms.token, { max: 4 });
  return (
    <section class="card sponsor">
      <h2>Behind the links</h2>
      {sponsor && (
        <>
          <p class="dim">One channel funds all watch links that you make for this stream.</p>
          <Facts sponsor={sponsor} say={say} />
        </>
      )}
      {sponsors.map((other) => (
        <div key={other.channel} data-testid="other-sponsor">
          <h3>
            <code>{other.sponsor.slice(0, 10)}…</code>
            <span class="dim">
              {' '}
              {other.links === 1 ? '1 link' : `${other.links} links`},{' '}
              {other.online ? 'signing' : 'away: its links wait'}
            </span>
          </h3>
          <Facts sponsor={other} say={say} />
        </div>
      ))}
    </section>
  );
}
