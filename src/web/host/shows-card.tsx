// Past shows: what each brought, its summary to hand on, its tables to take away, and what everybody may know of them.
import { useEffect, useState } from 'preact/hooks';
import { lasting } from '../../goals/picture/times.js';
import type { ShowLine, ShowList, ShowSettings } from '../../vocabulary/shows.js';
import type { HostStream } from '../../vocabulary/streams.js';
import { money } from '../shared/money.js';
import type { Desk } from './desk.js';

const everyMs = 20_000;
const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

interface Needs {
  shown: HostStream;
  desk: Desk;
}

const allOf = ({ watched, tipped, voted }: ShowLine['earned']): bigint =>
  BigInt(watched) + BigInt(tipped) + BigInt(voted);

function Figures({ show, shown }: { show: ShowLine; shown: HostStream }) {
  const say = (amount: string) => money(BigInt(amount), shown.info.terms.token, { max: 4 });
  const figures: [string, string][] = [
    ['By watching', say(show.earned.watched)],
    [show.tips === 1 ? 'By 1 tip' : `By ${show.tips} tips`, say(show.earned.tipped)],
    ['By paid votes', say(show.earned.voted)],
    ['Most viewers', `${show.peak}`],
    ['People who paid', `${show.people}`],
    ['Watched', lasting(show.watchedMs)],
  ];
  return (
    <dl>
      {figures.map(([name, figure]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

function Show({ show, shown, desk, open }: Needs & { show: ShowLine; open: boolean }) {
  const stream = shown.info.id;
  const page = `/show/${stream}/${show.n}`;
  const table = (of: 'people' | 'minutes') =>
    desk.downloadTable(`/api/host/streams/${stream}/shows/${show.n}?table=${of}&format=csv`);
  const lasted = show.endedAt === null ? 'on air now' : lasting(show.endedAt - show.beganAt);
  return (
    <details open={open} data-testid="host-show">
      <summary>
        <b dir="auto">{show.title || stream}</b>
        <span class="sum">{money(allOf(show.earned), shown.info.terms.token, { max: 2 })}</span>
        <span class="dim">
          {when.format(show.beganAt)}, {lasted}
        </span>
      </summary>
      <Figures show={show} shown={shown} />
      <div class="row wrap">
        <a class="quiet" href={page} target="_blank" rel="noreferrer" data-testid="host-show-page">
          Summary
        </a>
        <a class="quiet" href={`${page}/wide.png`} download={`${stream}-show-${show.n}-wide.png`}>
          Picture
        </a>
        <a class="quiet" href={`${page}/tall.png`} download={`${stream}-show-${show.n}-tall.png`}>
          Tall picture
        </a>
        <button type="button" class="quiet small" data-testid="host-show-people" onClick={() => table('people')}>
          CSV by payer
        </button>
        <button type="button" class="quiet small" data-testid="host-show-minutes" onClick={() => table('minutes')}>
          CSV by minute
        </button>
      </div>
    </details>
  );
}

function Choices({ settings, change }: { settings: ShowSettings; change: (patch: Partial<ShowSettings>) => void }) {
  const box = (name: keyof ShowSettings, text: string) => (
    <label class="tick">
      <input
        type="checkbox"
        checked={settings[name]}
        data-testid={`shows-${name}`}
        onChange={(event) => change({ [name]: event.currentTarget.checked })}
      />
      {text}
    </label>
  );
  return (
    <div class="choices">
      {box('names', 'Summaries name who tipped')}
      {box('earnings', 'Summaries tell what was earned in all')}
    </div>
  );
}

export function ShowsCard({ shown, desk }: Needs) {
  const stream = shown.info.id;
  const [list, setList] = useState<ShowList | null>(null);
  const live = shown.info.state;
  useEffect(() => {
    let over = false;
    const look = async () => {
      const next = document.hidden ? null : await desk.look('listShows', stream);
      if (next && !over) setList(next);
    };
    void look();
    const again = setInterval(look, everyMs);
    return () => {
      over = true;
      clearInterval(again);
    };
  }, [stream, live]);
  const change = async (patch: Partial<ShowSettings>) => {
    const settings = await desk.ask('patchShows', stream, patch);
    if (settings) setList((before) => before && { ...before, settings });
  };
  return (
    <section class="card shows" data-testid="host-shows">
      <h2>Shows</h2>
      {list?.shows.length === 0 && <p class="dim">None yet. Each show has a summary that you can hand on.</p>}
      {list?.shows.map((show, i) => (
        <Show key={show.n} show={show} shown={shown} desk={desk} open={i === 0} />
      ))}
      {list && <Choices settings={list.settings} change={(patch) => void change(patch)} />}
    </section>
  );
}
