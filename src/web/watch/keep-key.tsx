// Keeping the key: words to write down, a code for another device, a key for a wallet, and the way back in.
import { useState } from 'preact/hooks';
import type { Hex } from '../../vocabulary/values.js';
import { Copy } from '../shared/parts.js';
import { short } from './acts.js';
import { Qr } from './qr.js';
import type { WatchState } from './state.js';

/** What the page may do with its key, and with keys it had before. None of it is ever sent. */
export interface KeyRing {
  /** The watch link with this page's key in its fragment. */
  link: () => string;
  key: () => Hex;
  aside: () => readonly { key: Hex; address: Hex }[];
  /** Uses this key from now on and reloads; the one before is kept aside. */
  adopt: (key: Hex) => void;
  /** From a watch link to this device's own purse. */
  leaveLink: () => void;
  /** Listens for wallets until called again. */
  findWallets: () => () => void;
}

type Shown = 'words' | 'device' | 'wallet';

const about: Record<Shown, string> = {
  words:
    'Write these 24 words on paper, in this order. They bring the purse back on any device, here, under “Bring a purse”. In a wallet app they would open another, empty account.',
  device: 'Scan this with the other device. Both then have the same purse: what one spends, the other sees.',
  wallet: 'A wallet app takes this as a “private key”. With it you can move anything that lies at your address.',
};

function Secret({ shown, keys }: { shown: Shown; keys: KeyRing }) {
  const [words, setWords] = useState('');
  if (shown === 'words' && !words) void import('./words.js').then(({ wordsOf }) => setWords(wordsOf(keys.key())));
  return (
    <div class="secret" data-testid={`secret-${shown}`}>
      <p class="wrong">Whoever sees this can take your money. Show it to nobody, and do not photograph it.</p>
      {shown === 'words' && (
        <>
          <ol class="words" data-testid="words">
            {words.split(' ').map((word, i) => (
              <li key={i}>{word}</li>
            ))}
          </ol>
          <Copy text={words} label="Copy words" />
        </>
      )}
      {shown === 'device' && (
        <div class="address">
          <Qr text={keys.link()} label="A code that opens this purse on another device" />
          <div>
            <Copy text={keys.link()} label="Copy link" testid="device-link" />
          </div>
        </div>
      )}
      {shown === 'wallet' && (
        <>
          <code data-testid="private-key">{keys.key()}</code>
          <Copy text={keys.key()} label="Copy key" />
        </>
      )}
      <p class="dim">{about[shown]}</p>
    </div>
  );
}

function Bring({ keys }: { keys: KeyRing }) {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const bring = async (event: Event) => {
    event.preventDefault();
    const { keyOf } = await import('./words.js');
    const key = keyOf(text);
    setWrong(!key);
    if (key) keys.adopt(key);
  };
  return (
    <section>
      <h3>Bring a purse</h3>
      <form onSubmit={bring}>
        <textarea
          rows={3}
          value={text}
          aria-label="24 words"
          placeholder="24 words, with spaces between"
          autocomplete="off"
          spellcheck={false}
          data-testid="bring-words"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {wrong && (
          <p class="wrong" role="alert" data-testid="bring-wrong">
            These are not the 24 words of a purse. Check each word and their order.
          </p>
        )}
        <button type="submit" class="quiet" data-testid="bring" disabled={text.trim() === ''}>
          Use this purse
        </button>
      </form>
      <p class="dim">The purse that is here now is kept aside, and can be switched back to.</p>
      {keys.aside().map(({ key, address }) => (
        <div class="holding" key={address}>
          <p>
            Kept aside: <code>{short(address)}</code>
          </p>
          <button type="button" class="quiet" data-testid="switch-back" onClick={() => keys.adopt(key)}>
            Switch to it
          </button>
        </div>
      ))}
    </section>
  );
}

export function KeepKey({ state, keys }: { state: WatchState; keys: KeyRing }) {
  const [shown, setShown] = useState<Shown | null>(null);
  const choices: Record<Shown, string> = { words: '24 words', device: 'Another device', wallet: 'Private key' };
  return (
    <>
      <section>
        <h3>Your purse is a key in this browser</h3>
        <p>
          {state.me?.fromLink
            ? 'This one came with the link you opened: it is kept in the link, not in this browser.'
            : 'Nobody else has it, not even the host: if this browser forgets it, your money is lost. Keep a copy.'}
        </p>
        {state.me?.fromLink && (
          <button type="button" class="quiet" data-testid="keep-link" onClick={() => keys.adopt(keys.key())}>
            It is my own: keep it in this browser
          </button>
        )}
        <div class="row wrap">
          {(Object.keys(choices) as Shown[]).map((one) => (
            <button
              type="button"
              class="quiet"
              key={one}
              aria-pressed={shown === one}
              data-testid={`show-${one}`}
              onClick={() => setShown(shown === one ? null : one)}
            >
              {choices[one]}
            </button>
          ))}
        </div>
        {shown && <Secret shown={shown} keys={keys} />}
      </section>
      <Bring keys={keys} />
    </>
  );
}
