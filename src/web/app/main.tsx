// Telegram's Mini App: asks for its person's own watch link, by what Telegram signed, and opens it.
import '../shared/base.css';
import './app.css';
import { render } from 'preact';
import { createApi, Refusal } from '../shared/api.js';
import { Mark } from '../shared/parts.js';

interface Told {
  trouble: string | null;
  /** To be opened by hand: within Telegram's web page no other page may be shown. */
  url: string | null;
}

/** What Telegram signed: its script's, when that is there, else as it stands in the address. */
export function initDataOf(page: { hash: string; Telegram?: unknown }): string | null {
  const { Telegram } = page as { Telegram?: { WebApp?: { initData?: string } } };
  return Telegram?.WebApp?.initData || new URLSearchParams(page.hash.replace(/^#/, '')).get('tgWebAppData');
}

function Page({ trouble, url }: Told) {
  return (
    <main class="card">
      <Mark />
      {url && (
        <a class="main" href={url} target="_blank" rel="noreferrer" data-testid="open">
          Open the show
        </a>
      )}
      {!url && <p class={trouble ? 'wrong' : 'dim'}>{trouble ?? 'Opening the show…'}</p>}
    </main>
  );
}

const root = document.getElementById('app');

async function open(): Promise<Told> {
  const { hash, search } = location;
  const initData = initDataOf({ hash, Telegram: (window as { Telegram?: unknown }).Telegram });
  const asked = new URLSearchParams(search);
  const stream = asked.get('stream') ?? asked.get('tgWebAppStartParam') ?? '';
  if (!initData) return { trouble: 'Open this from the bot’s button in Telegram.', url: null };
  const { url } = await createApi()('telegramWatch', { body: { initData, stream } });
  if (window.top !== window.self) return { trouble: null, url };
  location.replace(url);
  return { trouble: null, url: null };
}

if (root) {
  const draw = (told: Told) => render(<Page {...told} />, root);
  draw({ trouble: null, url: null });
  open().then(draw, (error: unknown) => {
    const trouble = error instanceof Refusal ? error.message : 'Something went wrong in this page. Open it again.';
    draw({ trouble, url: null });
  });
}
